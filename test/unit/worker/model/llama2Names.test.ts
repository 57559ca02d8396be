import { describe, expect, it } from 'vitest';
import { isLlama2ChatName } from '../../../../src/worker/model/llama2Names';

describe('isLlama2ChatName', () => {
  it.each([
    'Llama 2 7B Chat',
    'llama_2_7b_chat',
    'llama-v2-13b-chat',
    'llama-2-7b-chat.Q4_0.gguf',
    'CodeLlama-7B-Instruct',
    'Code Llama 7B Instruct',
    'Llama-2-7B-Chat-GGUF/ggml-model-q4_0',
    'llama2:7b-chat',
    'llama2:7b-chat-q4_0',
    'llama2:latest',
    'llama2:7b',
    'llama2',
    'codellama:7b',
    'codellama:13b-instruct-q4_K_M',
  ])('accepts %s', (name) => {
    expect(isLlama2ChatName(name)).toBe(true);
  });

  it.each([
    'llama-2-7b',
    'codellama-7b',
    'Llama 3 8B Chat',
    'mistral-7b-instruct',
    'llama2:7b-text',
    'llama2:text',
    'llama2:13b-text-q4_0',
    'codellama:7b-code',
    'codellama:python',
    'codellama:70b',
    'CodeLlama-70B-Instruct',
    'llama2-uncensored:7b',
    'llama3:8b',
  ])('declines %s', (name) => {
    expect(isLlama2ChatName(name)).toBe(false);
  });
});

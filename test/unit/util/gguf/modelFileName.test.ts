import { describe, expect, it } from 'vitest';
import { readModelFileName } from '../../../../src/util/gguf/modelFileName';

describe('readModelFileName', () => {
  it.each([
    ['/models/llama-2-7b-chat.Q4_0.gguf', 'llama-2-7b-chat', 'Q4_0'],
    ['C:\\models\\SmolLM2-135M-Instruct.Q4_1.gguf', 'SmolLM2-135M-Instruct', 'Q4_1'],
    ['Meta-Llama-3-8B-IQ2_XS.GGUF', 'Meta-Llama-3-8B', 'IQ2_XS'],
    ['/models/codellama-bf16.gguf', 'codellama', 'bf16'],
    ['/models/mine', 'mine', ''],
    ['/models/llama-2-70b-chat.Q5_K_M-00001-of-00002.gguf', 'llama-2-70b-chat', 'Q5_K_M'],
    ['/models/big-q8_0-00002-of-00002.GGUF', 'big', 'q8_0'],
  ])('reads %s', (path, name, quantisation) => {
    expect(readModelFileName(path)).toEqual({ name, quantisation });
  });
});

import { describe, expect, it } from 'vitest';
import { classifyLoadFailure, EngineFailure, type LoadAttempt } from '../../../../src/worker/model/loadErrors';

const path = '/m.gguf';
const attempt: LoadAttempt = { path, architecture: 'new', neededBytes: 9, freeBytes: 5, isInsufficientMemory: false, complaints: [] };

function failureOf(complaints: readonly string[], more: Partial<LoadAttempt> = {}): unknown {
  const error = classifyLoadFailure(new Error('Failed to load model'), { ...attempt, complaints, ...more });
  return error instanceof EngineFailure ? error.failure : error.message;
}

describe('a load that failed', () => {
  it.each([
    [
      "llama_model_load: error loading model: tensor 'a' data is not within the file bounds, model is corrupted or incomplete",
      "tensor 'a'",
    ],
    ["llama_model_load: error loading model: missing tensor 'output.weight'", 'missing tensor'],
    ['llama_model_load: error loading model: key not found in model: llama.block_count', 'key not found'],
    ['llama_model_load: error loading model: basic_string::substr: __pos (which is 3) > this->size() (which is 1)', 'basic_string'],
    [
      'llama_model_load: error loading model: error loading model hyperparameters: key llama.a has wrong array length; expected 2',
      'key llama.a',
    ],
    ["gguf_init_from_file_impl: invalid magic characters: '<!DO', expected 'GGUF'", 'invalid magic'],
  ])('is the file’s fault: %s', (complaint, start) => {
    const failure = failureOf(['load: something', complaint, 'llama_model_load_from_file_impl: failed to load model']);
    expect(failure).toEqual({ kind: 'modelBroken', path, detail: expect.stringMatching(new RegExp(`^${start}`)) as unknown });
    expect(JSON.stringify(failure)).not.toContain('\\n');
  });

  it.each([
    ["llama_model_load: error loading model: error loading model vocabulary: unknown pre-tokenizer type: 'new'"],
    ["gguf_init_from_file_impl: tensor 'a' has invalid ggml type 99. should be in [0, 43)"],
  ])('is the version’s: %s', (complaint) => {
    expect(failureOf([complaint])).toEqual({ kind: 'modelVersion', path, age: 'newer' });
  });

  it('is for want of memory, with the sizes', () => {
    const outOfMemory = { kind: 'outOfMemory', path, neededBytes: 9, freeBytes: 5 };
    expect(failureOf(['ggml_backend_cpu_buffer_type_alloc_buffer: failed to allocate buffer of size 77'])).toEqual(outOfMemory);
    expect(failureOf([], { isInsufficientMemory: true })).toEqual(outOfMemory);
  });

  it('is an architecture that cannot be run', () => {
    expect(failureOf(["llama_model_load: error loading model: unknown model architecture: 'new'"])).toEqual({
      kind: 'unsupportedArchitecture',
      path,
      architecture: 'new',
    });
  });

  it('is a defect where nothing known fits, and not a broken file', () => {
    expect(failureOf([])).toBe('Failed to load model');
    expect(failureOf(['llama_model_load: error loading model: surprise', 'llama_model_load_from_file_impl: failed to load model'])).toBe(
      'surprise',
    );
  });
});

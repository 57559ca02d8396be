import { describe, expect, it } from 'vitest';
import { readModelOptions } from '../../../../src/host/vscodeChat/modelOptions';

const defaults = { sampling: { temperature: 0.2, topP: 0.9, topK: 40, seed: 7 }, maxTokens: 1024 };

describe('readModelOptions', () => {
  it('returns the settings without options', () => {
    expect(readModelOptions({}, defaults)).toEqual({ kind: 'read', options: defaults });
    expect(readModelOptions({ temperature: undefined, seed: null }, defaults)).toEqual({ kind: 'read', options: defaults });
  });

  it('applies known options and ignores unknown ones', () => {
    expect(readModelOptions({ temperature: 0, top_p: 0.5, top_k: 1, max_tokens: 5, seed: 0, n: 1, stop: ['x'] }, defaults)).toEqual({
      kind: 'read',
      options: { sampling: { temperature: 0, topP: 0.5, topK: 1, seed: 0 }, maxTokens: 5 },
    });
  });

  it.each([
    ['temperature', -0.1],
    ['temperature', 2.1],
    ['temperature', '0.5'],
    ['temperature', Number.NaN],
    ['top_p', 0],
    ['top_p', 1.1],
    ['top_k', 0],
    ['top_k', 1.5],
    ['max_tokens', 0],
    ['max_tokens', Number.POSITIVE_INFINITY],
    ['seed', -1],
    ['seed', 2 ** 31],
  ])('rejects the option %s with the value %s by name', (option, value) => {
    expect(readModelOptions({ [option]: value }, defaults)).toEqual({ kind: 'refused', option });
  });
});

import { describe, expect, it } from 'vitest';
import { answerEndFor } from '../../../../src/worker/text/answerWriter';
import { endsAnswer, readEndTexts } from '../../../../src/worker/model/endTokens';
import { Generation } from '../../../../src/worker/session/decoder';
import { Job } from '../../../../src/worker/session/job';
import type { LoadedModel } from '../../../../src/worker/model/loadModel';

type Attributes = 'control' | 'userDefined' | 'normal';

/** The ends of a model as the library tells them: it counts both named tokens, whatever llama.cpp does. */
function modelWith(eot: Attributes, { isSame = false }: { readonly isSame?: boolean } = {}) {
  const tokens = { eos: 1, eosString: '<|return|>', eot: isSame ? 1 : 2, eotString: isSame ? '<|return|>' : '<|end|>' };
  const model = {
    tokens,
    isEogToken: (token: number) => token === 1 || token === tokens.eot || token === 3,
    getTokenAttributes: (token: number) => {
      const own = token === tokens.eot ? eot : 'userDefined';
      return { control: own === 'control', userDefined: own === 'userDefined', normal: own === 'normal' };
    },
  };
  return model as unknown as LoadedModel['model'];
}

describe('the end of a turn', () => {
  it('is no end of the answer where it is user-defined, as in gpt-oss, where it also ends a thought', () => {
    const model = modelWith('userDefined');
    expect([0, 1, 2, 3].map((token) => endsAnswer(model, token))).toEqual([false, true, false, true]);
    expect(readEndTexts(model)).toEqual(['<|return|>']);
  });

  it.each(['control', 'normal'] as const)('ends the answer where it is a %s token', (attributes) => {
    const model = modelWith(attributes);
    expect([0, 1, 2, 3].map((token) => endsAnswer(model, token))).toEqual([false, true, true, true]);
    expect(readEndTexts(model)).toEqual(['<|return|>', '<|end|>']);
  });

  it('ends the answer where it is the end of the sequence as well', () => {
    const model = modelWith('userDefined', { isSame: true });
    expect(endsAnswer(model, 1)).toBe(true);
    expect(readEndTexts(model)).toEqual(['<|return|>', '<|return|>']);
  });
});

describe('an answer of a model that thinks first', () => {
  const sampling = { temperature: 0, topK: 1, topP: 1, seed: 0 };

  /** Why generation stops at each of these tokens, if it does. */
  function stopsAt(model: LoadedModel['model'], tokens: readonly number[]): readonly (string | undefined)[] {
    const generation = new Generation({ model, onlyOf: () => expect.unreachable() }, () => undefined);
    const spec = { priority: 'chat', role: 'chat', prompt: [7], maxTokens: 10, sampling } as const;
    const job = new Job(1, spec, new AbortController().signal, () => 0);
    job.begin(0);
    return tokens.map((token) => generation.accept(job, job.piece(1), [{ token }]).stop);
  }

  it('goes on behind the thought', () => {
    expect(stopsAt(modelWith('userDefined'), [8, 2, 9, 1])).toEqual([undefined, undefined, undefined, 'end']);
    expect(stopsAt(modelWith('control'), [8, 2])).toEqual([undefined, 'end']);
  });

  it('has no mark for the end of the thought', async () => {
    const loaded = { model: modelWith('userDefined'), format: { kind: 'base' }, tokenizer: { encodeTemplate: () => [] } };
    const { marks } = await answerEndFor(loaded as unknown as LoadedModel);
    expect(marks).toContain('<|return|>');
    expect(marks).not.toContain('<|end|>');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../../../src/host/models/picker/catalogue';
import {
  choices,
  defaultQuantisation,
  needOf,
  recommend,
  type ChoicesInput,
  type OwnedModel,
} from '../../../../../src/host/models/picker/modelChoices';
import { fit, type Machine } from '../../../../../src/host/models/picker/modelFit';

const all = catalogue();
const laptop: Machine = { freeBytes: 11e9, totalBytes: 16e9, bytesPerSecond: 50e9 };
const embedded: OwnedModel = {
  name: 'SmolLM2-135M-Instruct.Q4_1',
  path: '/project/dist/models/SmolLM2-135M-Instruct.Q4_1.gguf',
  bytes: 98_362_432,
  source: 'embedded',
};

function input(more: Partial<ChoicesInput> = {}): ChoicesInput {
  return { catalogue: all, owned: [embedded], needs: new Map(), machine: laptop, contextTokens: 4096, currentPath: embedded.path, ...more };
}

function model(id: string) {
  const found = all.models.find((one) => one.id === id);
  if (!found) throw new Error(`${id} is not in the catalogue`);
  return found;
}

describe('what can be chosen', () => {
  it('is what is recommended, then what is there, then all of the catalogue but the embedded model', () => {
    const list = choices(input());
    const groups = list.map(({ group }) => group).filter((group, index, before) => group !== before[index - 1]);
    expect(groups).toEqual(['recommended', 'machine', 'catalogue']);
    expect(list.filter(({ group }) => group === 'machine').map(({ name }) => name)).toEqual([embedded.name]);
    expect(list.filter(({ group }) => group === 'catalogue')).toHaveLength(all.models.length - 1);
    expect(list.filter(({ current }) => current).map(({ target }) => target)).toEqual([{ kind: 'file', path: embedded.path }]);
  });

  it('names a model once that is the best for both tasks', () => {
    const fastest: Machine = { freeBytes: 60e9, totalBytes: 64e9, bytesPerSecond: 400e9 };
    const [first, ...others] = choices(input({ machine: fastest })).filter(({ group }) => group === 'recommended');
    expect(first).toMatchObject({ name: 'Qwen2.5-Coder 7B Instruct', tasks: ['chat', 'ghostText'] });
    expect(others).toEqual([]);
  });

  it('recommends the file where the recommended model is there already, whatever the catalogue calls it', () => {
    const recommended = recommend(all, 'chat', laptop, 4096);
    const [quantisation] = recommended?.quantisations ?? [];
    const file = { name: 'mine', path: `C:\\models\\${quantisation?.file ?? ''}`, bytes: quantisation?.bytes ?? 0, source: 'lmStudio' };
    const [first] = choices(input({ owned: [embedded, file] }));
    expect(first).toMatchObject({ name: 'mine', target: { kind: 'file', path: file.path }, tasks: ['chat'] });
  });

  it('does not take a file of the same name and another length for the catalogue’s', () => {
    const file = { name: 'half', path: '/project/llama-2-7b.Q4_K_M.gguf', bytes: 2e9, source: 'chosen' };
    const found = choices(input({ owned: [file] })).find(({ name }) => name === 'half');
    expect(found).toMatchObject({ model: undefined, fit: undefined });
  });

  it('goes by what examining a file has found', () => {
    const file = { name: 'other', path: '/project/other.gguf', bytes: 90e9, source: 'ollama' };
    const need = { weightBytes: 90e9, kvBytesPerToken: 1e5, layers: 60, trainContextTokens: 8192 };
    const found = choices(input({ owned: [file], needs: new Map([[file.path, need]]) })).find(({ name }) => name === 'other');
    expect(found?.fit?.verdict).toBe('doesNotFit');
  });
});

describe('what is recommended', () => {
  it('is the embedded model where nothing else runs well', () => {
    const old: Machine = { freeBytes: 0.9e9, totalBytes: 2e9, bytesPerSecond: 1e9 };
    expect(recommend(all, 'chat', old, 4096)?.id).toBe('smollm2-135m');
    expect(recommend(all, 'ghostText', old, 4096)?.id).toBe('smollm2-135m');
  });

  it('fits, and is fast for ghost text and at least usable for chat, on any machine', () => {
    const machines = fc.record({
      freeBytes: fc.integer({ min: 0, max: 200e9 }),
      totalBytes: fc.constant(256e9),
      bytesPerSecond: fc.integer({ min: 1e9, max: 500e9 }),
    });
    fc.assert(
      fc.property(machines, fc.integer({ min: 512, max: 32_768 }), (machine, contextTokens) => {
        for (const task of ['chat', 'ghostText'] as const) {
          const found = recommend(all, task, machine, contextTokens);
          if (!found) throw new Error('nothing is recommended');
          if (found.embedded) continue;
          const { verdict } = fit(needOf(found, defaultQuantisation(found, machine, contextTokens)), machine, contextTokens);
          expect(task === 'chat' ? ['fast', 'usable'] : ['fast']).toContain(verdict);
        }
      }),
    );
  });
});

describe('the quantisation offered first', () => {
  it('is the recommended one where it fits', () => {
    expect(defaultQuantisation(model('llama-2-7b-chat'), laptop, 4096).name).toBe('Q4_K_M');
  });

  it('is the largest that fits where that does not, and the recommended one where none does', () => {
    const small = { ...laptop, freeBytes: 9e9 };
    expect(defaultQuantisation(model('llama-2-13b-chat'), small, 4096).name).toBe('Q3_K_M');
    expect(defaultQuantisation(model('llama-2-70b-chat'), small, 4096).name).toBe('Q4_K_M');
  });
});

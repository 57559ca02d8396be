import type { LoadErrorData } from '../../../../../src/contract/engineErrors';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineFailure } from '../../../../../src/worker/model/loadErrors';
import { checkGguf } from '../../../../../src/worker/model/gguf/checkGguf';
import { damagedFiles } from '../../../../fixtures/damaged/cases';
import { encode, number, T, uint64, withValue, word, type Draft } from '../../../../fixtures/damaged/draft';
import { sound } from '../../../../fixtures/damaged/sound';
import { tinyInfillModelPath, tinyModelPath } from '../../../../fixtures/models/llama';

let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paddock-check-'));
  path = join(folder, 'model.gguf');
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** What the check says of a file; `undefined` where it finds nothing wrong. */
function verdictOn(file: string): LoadErrorData | undefined {
  try {
    checkGguf(file);
    return undefined;
  } catch (error) {
    if (error instanceof EngineFailure) return error.failure;
    throw error;
  }
}

async function verdict(bytes: Buffer): Promise<LoadErrorData | undefined> {
  await writeFile(path, bytes);
  return verdictOn(path);
}

function ofArchitecture(name: string, draft: Draft): Draft {
  const metadata = draft.metadata.map(
    ([key, value]) => [key.replace(/^llama\./, `${name}.`), key === 'general.architecture' ? word(name) : value] as const,
  );
  return { ...draft, metadata };
}

/** A model without weights of experts that says it has one. */
function withOneExpert(architecture: string, used: number): Draft {
  const draft = withValue(sound, 'llama.expert_count', number(1));
  return ofArchitecture(architecture, withValue(draft, 'llama.expert_used_count', number(used)));
}

const verdictOnDraft = (draft: Draft): Promise<LoadErrorData | undefined> => verdict(encode(draft).bytes);

describe('the check of a model file', () => {
  const files = damagedFiles();

  it(`finds by the header alone what is wrong with most of ${files.length} damaged files`, async () => {
    const left: string[] = [];
    const wrong: string[] = [];
    for (const { name, kinds, bytes } of files) {
      const found = await verdict(bytes());
      if (found === undefined) left.push(name);
      else if (!kinds.includes(found.kind)) wrong.push(`${name}: ${JSON.stringify(found)}`);
      else if ('path' in found) expect(found.path).toBe(path);
    }
    expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
    expect(wrong).toEqual([]);
    // What llama.cpp finds by itself when it compares the weights with its own idea of the architecture.
    expect(left.length).toBeLessThan(files.length / 5);
  });

  it('finds nothing wrong with sound files', async () => {
    for (const file of [await tinyModelPath(), await tinyInfillModelPath()]) expect(verdictOn(file)).toBeUndefined();
    expect(await verdictOnDraft(sound)).toBeUndefined();
  });

  it.each([
    [
      'a key and a type of its own',
      withValue(withValue(sound, 'llama.new_key', { type: T.uint64, bytes: uint64(2n ** 63n) }), 'new.key', word('new')),
    ],
    ['an architecture that is not known yet', ofArchitecture('new', sound)],
    ...['hunyuan-dense', 'hunyuan_vl'].flatMap((architecture) =>
      [0, 1].map((used) => [`one expert in ${architecture}, which is none, and ${used} used`, withOneExpert(architecture, used)] as const),
    ),
    ['a special token that it does not have', withValue(sound, 'tokenizer.ggml.padding_token_id', number(2 ** 32 - 1))],
    ['a beginning that it does not have', withValue(sound, 'tokenizer.ggml.bos_token_id', number(32_013))],
    ['no output of its own', { ...sound, tensors: sound.tensors.filter(({ name }) => name !== 'output.weight') }],
    [
      'a tensor of a type that is not known yet',
      { ...sound, tensors: sound.tensors.map((tensor) => (tensor.name === 'output.weight' ? { ...tensor, type: 60 } : tensor)) },
    ],
    ['a template of a megabyte', withValue(sound, 'tokenizer.chat_template', word('x'.repeat(2 ** 20)))],
    ['the format of two years ago', { ...sound, version: Buffer.of(2, 0, 0, 0) }],
  ] as const)('leaves to the library a file with %s', async (_, draft) => {
    expect(await verdictOnDraft(draft)).toBeUndefined();
  });

  it.each(['llama', 'hunyuan-moe'])('finds that %s has one expert and no weights for it', async (architecture) => {
    expect(await verdictOnDraft(withOneExpert(architecture, 1))).toMatchObject({
      kind: 'modelBroken',
      detail: '1 experts, and no weights for them',
    });
  });

  it.each([
    ['two experts', 'expert_count', 2],
    ['a group of experts', 'expert_group_count', 1],
  ])('finds that hunyuan-dense has %s and no weights for them', async (_, key, value) => {
    const draft = withValue(withOneExpert('hunyuan-dense', 1), `hunyuan-dense.${key}`, number(value));
    expect(await verdictOnDraft(draft)).toMatchObject({ kind: 'modelBroken' });
  });

  it('says how much of a file is missing, and where that cannot be known, that it is', async () => {
    const { bytes, keys } = encode(sound);
    expect(await verdict(bytes.subarray(0, bytes.length - 5000))).toEqual({
      kind: 'modelTruncated',
      path,
      bytes: bytes.length - 5000,
      neededBytes: bytes.length,
    });
    expect(await verdict(bytes.subarray(0, keys[4]?.value))).toEqual({
      kind: 'modelTruncated',
      path,
      bytes: keys[4]?.value,
      neededBytes: 0,
    });
  });

  it('takes neither a folder nor a device for a model', () => {
    expect(verdictOn(folder)).toEqual({ kind: 'modelNotFound', path: folder });
    expect(verdictOn('/dev/zero')).toEqual({ kind: 'modelNotFound', path: '/dev/zero' });
  });

  it('survives whatever a file may hold', async () => {
    const { bytes, data } = encode(sound);
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 16 }),
        fc.nat({ max: data }),
        fc.nat({ max: bytes.length }),
        async (noise, at, end) => {
          const damaged = Buffer.from(bytes.subarray(0, Math.max(end, at + noise.length)));
          damaged.set(noise, at);
          const found = await verdict(damaged);
          expect(found === undefined || 'kind' in found).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});

import type { LoadErrorData } from '../../src/contract/engineErrors';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineFailure } from '../../src/worker/model/loadErrors';
import { asTokens, loadModel, type LoadedModel } from '../../src/worker/model/loadModel';
import { loaderCases, type LoaderCase } from '../fixtures/damaged/loaderCases';
import { LlamaLoader, type LlamaVerdict } from '../fixtures/models/llamaLoader';
import { loadParams, startWorker } from '../fixtures/engine/realWorker';
import { completeParams, noCancel, valueOf } from '../fixtures/engine/workerClient';

/** Milliseconds that llama.cpp gets for a file, and for one over which it hangs. */
const PATIENCE = 30_000;
const SHORT_PATIENCE = 3000;

const cases = loaderCases();
const compared = cases.filter(({ exception }) => exception === undefined);
const exceptions = cases.filter(({ exception }) => exception !== undefined);

let llama: LlamaLoader;
let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paddock-accepted-'));
  path = join(folder, 'model.gguf');
  llama = new LlamaLoader();
});

afterAll(async () => {
  await llama.dispose();
  await rm(folder, { recursive: true });
});

/** What Paddock makes of the file: that it loads and reads a text, or the kind of the error. */
async function verdictOfPaddock(): Promise<LoadErrorData['kind'] | 'loads'> {
  let loaded: LoadedModel | undefined;
  try {
    loaded = await loadModel(
      { path, contextTokens: 256, gpu: 'off', threads: 1 },
      () => undefined,
      () => undefined,
    );
    const { tokenizer, context } = loaded;
    const tokens = ['hello h\u00E9 \u263A\nworld', '\u263A'].flatMap((text) => [
      ...tokenizer.encode(text),
      ...tokenizer.encodeInside(text),
    ]);
    await context.getSequence().evaluateWithoutGeneratingNewTokens(asTokens(tokens.slice(0, 16)));
    return 'loads';
  } catch (error) {
    if (error instanceof EngineFailure) return error.failure.kind;
    throw error;
  } finally {
    await loaded?.dispose();
  }
}

const refusals = new Set(['modelBroken', 'modelVersion', 'unsupportedArchitecture']);

describe('the check of model files, as against llama.cpp', () => {
  it('has a case for each name', () => {
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  it(`loads those of ${compared.length} files that llama.cpp loads, and says what is wrong with the others`, async () => {
    const wrong: string[] = [];
    let loaded = 0;
    for (const { name, bytes } of compared) {
      await writeFile(path, bytes());
      const wanted = await llama.judge(path, PATIENCE);
      const ours = await verdictOfPaddock();
      if (ours === 'loads') loaded++;
      const isSame = wanted === 'loads' ? ours === 'loads' : refusals.has(ours);
      if (!isSame || wanted === 'ends') wrong.push(`${name}: llama.cpp ${wanted}, Paddock ${ours}`);
    }
    expect(wrong).toEqual([]);
    expect(loaded).toBeGreaterThan(compared.length / 3);
  }, 300_000);

  it(`says what is wrong with ${exceptions.length} files that llama.cpp may load and Paddock does not`, async () => {
    const wrong: string[] = [];
    for (const { name, bytes } of exceptions) {
      await writeFile(path, bytes());
      const ours = await verdictOfPaddock();
      if (!refusals.has(ours)) wrong.push(`${name}: ${ours}`);
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  it('has a reason for each of them that is true', async () => {
    const byReason = new Map<string, LoaderCase>();
    for (const each of exceptions) if (!byReason.has(each.exception?.reason ?? '')) byReason.set(each.exception?.reason ?? '', each);
    const wrong: string[] = [];
    for (const [reason, { name, bytes, exception }] of byReason) {
      await writeFile(path, bytes());
      const verdict = await llama.judge(path, exception?.kind === 'crash' ? SHORT_PATIENCE : PATIENCE);
      const expected: LlamaVerdict = exception?.kind !== 'crash' ? 'loads' : reason.startsWith('llama.cpp refuses it') ? 'refuses' : 'ends';
      if (verdict !== expected) wrong.push(`${name}: llama.cpp ${verdict}`);
    }
    expect(wrong).toEqual([]);
  }, 300_000);
});

describe('a worker', () => {
  it('completes a text with a model whose file names a bos token that it does not have, and logs that', async () => {
    await writeFile(path, compared.find(({ name }) => name === 'bos token beyond the vocabulary')?.bytes() ?? '');
    const client = startWorker(loadParams(path, { contextTokens: 256, threads: 1 }));
    try {
      const result = valueOf(await client.complete(completeParams('hello wor', { maxTokens: 3 }), noCancel));
      expect(result.metrics.generatedTokens).toBeGreaterThan(0);
      expect(client.workerLog.lines.join('\n')).toMatch(
        /warn engine: .*bad special token: 'tokenizer\.ggml\.bos_token_id' = 32013, using default id 1/,
      );
    } finally {
      client.dispose();
    }
  });
});

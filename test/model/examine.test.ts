import type { ExaminedModel } from '../../src/contract/models';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalogue, kvBytesPerToken } from '../../src/host/models/picker/catalogue';
import { tinyInfillModelPath, tinyModelPath, writeLlama, type LlamaShape } from '../fixtures/models/llama';
import { embeddedModelPath, loadParams, startWorker } from '../fixtures/engine/realWorker';
import { chatParams, noCancel, valueOf, type TestClient } from '../fixtures/engine/workerClient';

/** As wide as a Llama of 1.1 billion parameters, of which it has a few layers; grouped-query attention. */
const wideShape: LlamaShape = { width: 2048, layers: 3, heads: 32, kvHeads: 4, feedForward: 5632, contextTokens: 2048 };
const widePath = join(tmpdir(), `paddock-wide-${process.pid}.gguf`);
const contextTokens = 2048;

const clients: TestClient[] = [];
/** A worker that has another model loaded than those that are examined. */
let other: TestClient;

beforeAll(async () => {
  other = await loaded(await tinyModelPath());
});

afterAll(async () => {
  for (const client of clients) client.dispose();
  await rm(widePath, { force: true });
});

/** A worker with a model loaded. */
async function loaded(path: string): Promise<TestClient> {
  const client = startWorker(loadParams(path, { contextTokens }));
  clients.push(client);
  valueOf(await client.chat(chatParams('Hello', { maxTokens: 1 }), () => undefined, noCancel));
  return client;
}

async function examined(client: TestClient, path: string): Promise<ExaminedModel> {
  const result = await client.examineModel(path);
  if (!result) throw new Error('it could not be examined');
  return result;
}

/** Bytes of the buffers that llama.cpp says it has allocated. */
function allocated(client: TestClient, kind: RegExp): number {
  const sizes = client.workerLog.lines.map((line) => new RegExp(`${kind.source} buffer size\\s*=\\s*([\\d.]+) MiB`).exec(line)?.[1]);
  return sizes.reduce((sum, size) => sum + Number(size ?? 0) * 1024 * 1024, 0);
}

/** Within a tenth. */
function expectNear(foretold: number, real: number): void {
  expect(foretold / real).toBeGreaterThan(0.9);
  expect(foretold / real).toBeLessThan(1.1);
}

describe('examining a model', () => {
  it.each(['the embedded model', 'a model as wide as one of a billion parameters'])('foretells what loading takes: %s', async (which) => {
    const embedded = which === 'the embedded model';
    if (!embedded) await writeLlama(widePath, wideShape, { seed: 1, type: 'Q4_0' });
    const path = embedded ? embeddedModelPath() : widePath;
    const before = JSON.stringify(other.state);
    const { weightBytes, kvBytesPerToken: kv } = await examined(other, path);
    expect(JSON.stringify(other.state)).toBe(before);
    const client = await loaded(path);
    if (client.state.kind !== 'ready') throw new Error('not ready');
    const { lanes, contextTokens: given } = client.state.facts;
    expectNear(weightBytes, allocated(client, /model/));
    expectNear(kv * lanes * given, allocated(client, /KV/));
  });

  it('says what the file says, while another model answers', async () => {
    const answer = other.chat(chatParams('Tell me a story', { maxTokens: 40 }), () => undefined, noCancel);
    const facts = await examined(other, embeddedModelPath());
    valueOf(await answer);
    const entry = catalogue().models.find(({ embedded }) => embedded);
    expect(facts).toMatchObject({ architecture: 'llama', hasFim: false, hasChatTemplate: true });
    expect(facts.gpu).toBeUndefined();
    expect(entry).toMatchObject({
      layers: facts.layers,
      trainContextTokens: facts.trainContextTokens,
      quantisations: [{ bytes: facts.fileBytes }],
    });
    expect(entry && kvBytesPerToken(entry)).toBe(facts.kvBytesPerToken);
    expect(facts.parameters).toBe(entry?.parameters);
  });

  it('finds FIM tokens in the file, whatever it is called', async () => {
    expect((await examined(other, await tinyModelPath())).hasFim).toBe(false);
    expect((await examined(other, await tinyInfillModelPath())).hasFim).toBe(true);
  });

  it('has no answer for what is no model, and the worker goes on', async () => {
    expect(await other.examineModel(join(tmpdir(), 'paddock-not-there.gguf'))).toBeUndefined();
    expect(await other.examineModel(import.meta.filename)).toBeUndefined();
    valueOf(await other.chat(chatParams('Hello', { maxTokens: 1 }), () => undefined, noCancel));
  });
});

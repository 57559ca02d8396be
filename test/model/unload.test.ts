import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { embeddedModelPath, loadParams, startWorker } from '../fixtures/engine/realWorker';
import { chatParams, noCancel, valueOf, type TestClient } from '../fixtures/engine/workerClient';

let folder: string;
let client: TestClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paddock-unload-'));
  const storage = { folder, maxBytes: 1e9, owner: 'a workspace' };
  client = startWorker(loadParams(embeddedModelPath(), { storage }));
});

afterAll(async () => {
  await client.shutDown();
  await rm(folder, { recursive: true });
});

// It loads and reads much, which takes minutes beside other work.
it('a model that was unloaded comes back with what it had read', async () => {
  // Long enough to be worth a file, on a fast machine too.
  const question = chatParams('Why is the sky blue? '.repeat(200), { maxTokens: 1 });
  // One token: the second may be a near tie between a lane that was read and one that was taken up.
  const before = valueOf(await client.chat(question, () => undefined, noCancel));
  const pid = client.workerPid;
  await client.unload('idle');
  expect(client.state).toEqual({ kind: 'stopped', why: 'idle' });
  expect(client.workerPid).toBeUndefined();
  const after = valueOf(await client.chat(question, () => undefined, noCancel));
  expect(client.workerPid).not.toBe(pid);
  expect(after.text).toBe(before.text);
  expect(before.metrics.reusedTokens).toBe(0);
  // All of the prompt but the token that yields the logits.
  expect(after.metrics.reusedTokens).toBeGreaterThanOrEqual(after.metrics.promptTokens - 1);
}, 240_000);

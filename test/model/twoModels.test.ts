import type { ChatParams, ChatResult, ChatTurn } from '../../src/contract/chat';
import type { ModelFacts } from '../../src/contract/models';
import type { WantedModels } from '../../src/host/llm/worker/loadPolicy';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tinyInfillModelPath } from '../fixtures/models/llama';
import { embeddedModelPath, loadParams, startWorker, tinyChatModelPath } from '../fixtures/engine/realWorker';
import { Cancel, chatParams, completeParams, noCancel, valueOf, type TestClient } from '../fixtures/engine/workerClient';

const embedded = embeddedModelPath();
let tiny: string;
let tinyChat: string;
let folder: string;

beforeAll(async () => {
  tiny = await tinyInfillModelPath();
  tinyChat = await tinyChatModelPath();
  folder = await mkdtemp(join(tmpdir(), 'paddock-two-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

const code = Array.from({ length: 40 }, (_, index) => `export const shape${index} = { sides: ${index}, name: 'shape ${index}' };`).join(
  '\n',
);
const place = completeParams(`${code}\nexport function area(`, { maxTokens: 12, unsure: true });
const question = chatParams(`What does this do?\n${code}`, { maxTokens: 12 });

/** Runs with a worker of its own, which parks its lanes at the end. */
async function withWorker<T>(model: WantedModels, work: (client: TestClient) => Promise<T>): Promise<T> {
  const client = startWorker(model);
  try {
    return await work(client);
  } finally {
    await client.shutDown();
  }
}

async function ask(client: TestClient, params: ChatParams): Promise<ChatResult> {
  return valueOf(await client.chat(params, () => undefined, noCancel));
}

async function factsOf(client: TestClient): Promise<ModelFacts> {
  await client.warm({ kind: 'chat', system: '', history: [] }, noCancel);
  client.start();
  while (client.state.kind === 'starting' || client.state.kind === 'loading') {
    await new Promise<void>((resolve) => {
      const subscription = client.onDidChangeState(() => {
        subscription.dispose();
        resolve();
      });
    });
  }
  if (client.state.kind !== 'ready') throw new Error(`the engine is ${JSON.stringify(client.state)}`);
  return client.state.facts;
}

const storage = (owner: string) => ({ folder, maxBytes: 1e9, owner });

/** Loading two models and measuring both takes long on a busy machine. */
const limit = { timeout: 240_000 };

describe('two models in one worker', limit, () => {
  it('have a session each, which serve chat and ghost text at once', async () => {
    const alone = await withWorker(loadParams(tiny), async (client) => valueOf(await client.complete(place, noCancel)));
    await withWorker(loadParams(embedded, { completion: { path: tiny } }), async (client) => {
      const facts = await factsOf(client);
      const ghost = facts.completion?.kind === 'loaded' ? facts.completion.facts : undefined;
      expect([facts.path, ghost?.path]).toEqual([embedded, tiny]);
      expect(ghost?.fingerprint).not.toBe(facts.fingerprint);

      const [answer, first] = await Promise.all([ask(client, question), client.complete(place, noCancel)]);
      expect(answer.fingerprint).toBe(facts.fingerprint);
      expect(answer.metrics.generatedTokens).toBeGreaterThan(0);
      expect(valueOf(first)).toMatchObject({ text: alone.text, stop: alone.stop });
      expect(valueOf(first).metrics.promptTokens).toBe(alone.metrics.promptTokens);
      // The embedded model's tokenizer is another: what is counted for the chat is the chat's.
      const counts = await client.countTokens([code]);
      expect(counts?.[0]).toBeGreaterThan(100);
      expect(counts?.[0]).not.toBe(alone.metrics.promptTokens);

      const view = await client.session();
      expect(new Set(view?.lanes.map(({ id }) => id)).size).toBe(view?.lanes.length);
      const held = view?.lanes.filter(({ tokens }) => tokens > 0).map(({ model, role }) => [model, role]);
      expect(held).toEqual([
        ['chat', 'chat'],
        ['completion', 'completion'],
      ]);
      expect(view?.totals.promptTokens).toBe(answer.metrics.promptTokens + alone.metrics.promptTokens);

      const again = valueOf(await client.complete(place, noCancel));
      expect(again.metrics.evaluatedTokens).toBeLessThanOrEqual(1);
      expect(await client.clear()).toMatchObject({ lanes: 2 });
    });
  });

  it('let an answer be stopped while ghost text is written, and go on with both', async () => {
    await withWorker(loadParams(embedded, { completion: { path: tiny } }), async (client) => {
      const stop = new Cancel();
      const answer = client.chat(
        { ...question, maxTokens: 200 },
        (event) => {
          if (event.kind === 'text') stop.cancel();
        },
        stop,
      );
      const ghosts = [1, 2, 3].map((line) => client.complete({ ...place, prefix: `${place.prefix}${line}` }, noCancel));
      expect(valueOf(await answer).stop).toBe('cancelled');
      for (const ghost of ghosts) expect(valueOf(await ghost).stop).not.toBe('cancelled');
      expect((await ask(client, question)).metrics.reusedTokens).toBeGreaterThan(100);
    });
  });

  it('are both taken up again after a restart, from one folder', async () => {
    const both = loadParams(tinyChat, { completion: { path: embedded }, storage: storage('roles') });
    await withWorker(both, async (client) => {
      valueOf(await client.complete(place, noCancel));
      await ask(client, question);
      expect((await client.park())?.lanes).toBeGreaterThanOrEqual(1);
    });
    await withWorker(both, async (client) => {
      const facts = await factsOf(client);
      expect(facts.completion?.kind === 'loaded' && facts.completion.facts.restoredTokens).toBeGreaterThan(100);
      expect(valueOf(await client.complete(place, noCancel)).metrics.evaluatedTokens).toBeLessThan(10);
      const cleared = await client.clear();
      expect(cleared?.parked).toBe(1);
      expect((await client.session())?.parked).toEqual([]);
    });
  });

  it('are one where they are the same', async () => {
    await withWorker(loadParams(tinyChat, { completion: { path: tinyChat } }), async (client) => {
      expect((await factsOf(client)).completion).toBeUndefined();
      valueOf(await client.complete(place, noCancel));
      const view = await client.session();
      expect(view?.lanes.every(({ model }) => model === undefined)).toBe(true);
    });
  });

  it('become one, with the reason told, where the second is not there or is none', async () => {
    const missing = join(folder, 'missing.gguf');
    await withWorker(loadParams(tinyChat, { completion: { path: missing } }), async (client) => {
      expect((await factsOf(client)).completion).toEqual({ kind: 'failed', error: { kind: 'modelNotFound', path: missing } });
      expect(valueOf(await client.complete(place, noCancel)).metrics.promptTokens).toBeGreaterThan(0);
      expect((await ask(client, question)).metrics.generatedTokens).toBeGreaterThan(0);
    });
  });
});

describe('switching the model', limit, () => {
  it('keeps a conversation of several turns, which goes on with the other model and comes back to its lane', async () => {
    const turn = ({ user }: ChatParams, { text, tokens, fingerprint }: ChatResult): ChatTurn => ({
      user,
      answer: { text, tokens, fingerprint },
    });
    const history: ChatTurn[] = [];
    const one = loadParams(embedded, { storage: storage('switching') });
    await withWorker(one, async (client) => {
      for (const text of [question.user.text, 'And why?', 'Say it shorter.']) {
        const params = chatParams(text, { history: [...history], maxTokens: 16 });
        history.push(turn(params, await ask(client, params)));
      }
    });
    const before = history.length;
    await withWorker(loadParams(tinyChat, { storage: storage('switching') }), async (client) => {
      const params = chatParams('Go on.', { history: [...history] });
      const answer = await ask(client, params);
      expect(answer.droppedTurns).toBe(0);
      // Another model's ids say nothing to this one: the answers are read as text.
      const plain = history.map(({ user, answer: { text } }) => ({ user, answer: { text } }));
      const fromText = await ask(client, { ...params, history: plain });
      expect(fromText.metrics.promptTokens).toBe(answer.metrics.promptTokens);
      expect(fromText.metrics.evaluatedTokens).toBe(1);
      history.push(turn(params, answer));
    });
    await withWorker(one, async (client) => {
      expect((await factsOf(client)).restoredTokens).toBeGreaterThan(300);
      // From where it left the lane, nothing is read again but what came since.
      const back = await ask(client, chatParams('Once more.', { history: history.slice(0, before) }));
      expect(back.metrics.evaluatedTokens).toBeLessThan(60);
      const all = await ask(client, chatParams('Once more.', { history: [...history] }));
      expect(all.droppedTurns).toBe(0);
      expect(all.metrics.reusedTokens).toBeGreaterThan(300);
    });
  });
});

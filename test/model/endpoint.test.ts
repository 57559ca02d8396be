import type { ChatProgress, ChatResult } from '../../src/contract/chat';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CancelSource } from '../../src/host/llm/worker/cancelSource';
import { tinyInfillModelPath, tinyModelPath } from '../fixtures/models/llama';
import { llamaServerMissing, startLlamaServer, type LlamaServer } from '../fixtures/servers/llamaServer';
import { embeddedModelPath } from '../fixtures/engine/realWorker';
import { place, question, remoteEngine } from '../fixtures/servers/serverEngines';
import type { RemoteEngine } from '../../src/host/llm/server/serverEngine';

const missing = await llamaServerMissing();

/** A machine that does other things as well takes long. */
const limits = { ghostText: 50_000, detection: 30_000 };

/** An answer to its end. */
async function answered(
  engine: RemoteEngine,
  params: ReturnType<typeof question>,
): Promise<{ result: ChatResult; pieces: ChatProgress[] }> {
  const pieces: ChatProgress[] = [];
  const outcome = await engine.chat(params, (piece) => pieces.push(piece), new CancelSource().token);
  if (outcome.kind === 'failed') throw new Error(JSON.stringify(outcome.error));
  return { result: outcome.value, pieces };
}

if (missing !== undefined) {
  it(`not run: ${missing}`, (context) => {
    context.skip();
  });
}

describe.skipIf(missing !== undefined)('a real llama-server', () => {
  let server: LlamaServer;
  let engine: RemoteEngine;

  beforeAll(async () => {
    server = await startLlamaServer(embeddedModelPath());
    engine = remoteEngine(server.url, { limits });
  });
  afterAll(async () => {
    engine.dispose();
    await server.stop();
  });

  it('streams an answer, and a follow-up evaluates only what is new', async () => {
    const first = question('What is the capital of France?');
    const { result, pieces } = await answered(engine, first);
    expect(result.text).toContain('Paris');
    expect(result.stop).toBe('end');
    expect(pieces.length).toBeGreaterThan(2);
    expect(pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('')).toBe(result.text);
    expect(result.metrics.promptTokens).toBeGreaterThan(10);
    const history = [{ user: first.user, answer: { text: result.text } }];
    const { result: second } = await answered(engine, question('And of Italy?', { history }));
    expect(second.metrics.reusedTokens).toBeGreaterThan(result.metrics.promptTokens);
    expect(second.metrics.evaluatedTokens).toBeLessThan(30);
  });

  it('is known by what it says of itself', () => {
    const { server: known } = engine.state;
    expect(known).toMatchObject({ host: server.host, isThisMachine: true, contextTokens: 4096 });
    expect(known.model).not.toBe('');
    expect(known.dialect).toBe('llama-server');
  });

  it('stops when a request is cancelled, and is free for the next', async () => {
    const source = new CancelSource();
    const outcome = await engine.chat(
      question('Count to a thousand in words.', { maxTokens: 2000 }),
      (piece) => {
        if (piece.kind === 'text') source.cancel();
      },
      source.token,
    );
    expect(outcome).toMatchObject({ kind: 'done', value: { stop: 'cancelled' } });
    if (outcome.kind === 'done') expect(outcome.value.metrics.generatedTokens).toBeLessThan(200);
    expect((await answered(engine, question('Say yes.', { maxTokens: 4 }))).result.text).not.toBe('');
  });

  it('gives ghost text for a model that cannot fill in, one line of it', async () => {
    const prefix = 'def add(a, b):\n    """Adds two numbers."""\n    return ';
    const outcome = await engine.complete(place(prefix), new CancelSource().token);
    // Compared whole, so that a failure says what the server answered.
    expect(outcome).toMatchObject({ kind: 'done' });
    if (outcome.kind !== 'done') return;
    expect(outcome.value.text).toMatch(/^a \+ b/);
    expect(outcome.value.text).not.toContain('\n');
    const again = await engine.complete(place(`${prefix}a`), new CancelSource().token);
    if (again.kind === 'done') expect(again.value.metrics.evaluatedTokens).toBeLessThan(12);
  });

  it('says in its own words that a question is too long', async () => {
    const outcome = await engine.chat(question('word '.repeat(6000)), () => undefined, new CancelSource().token);
    expect(outcome).toMatchObject({ kind: 'failed', error: { kind: 'promptTooLong', contextTokens: 4095 } });
  });
});

describe.skipIf(missing !== undefined)('a llama-server with a key', () => {
  let server: LlamaServer;

  beforeAll(async () => {
    server = await startLlamaServer(embeddedModelPath(), '--api-key', 'right');
  });
  afterAll(() => server.stop());

  it('serves nobody without it, nor with another one', async () => {
    for (const key of [{}, { key: 'wrong' }]) {
      const outcome = await remoteEngine(server.url, key).chat(question('Hello?'), () => undefined, new CancelSource().token);
      expect(outcome).toMatchObject({ kind: 'failed', error: { kind: 'endpoint', host: server.host, reason: 'key' } });
    }
  });

  it('serves who has it; what was shown when it is killed is not lost', async () => {
    const engine = remoteEngine(server.url, { key: 'right' });
    const shown: string[] = [];
    const outcome = await engine.chat(
      question('Tell me a long story about a fox.', { maxTokens: 1500 }),
      (piece) => {
        if (piece.kind === 'text') shown.push(piece.text);
        if (shown.length === 8) void server.stop();
      },
      new CancelSource().token,
    );
    expect(shown.length).toBeGreaterThanOrEqual(8);
    expect(outcome).toMatchObject({ kind: 'failed', error: { kind: 'endpoint', host: server.host } });
    const next = await engine.chat(question('Are you there?'), () => undefined, new CancelSource().token);
    expect(next).toMatchObject({ kind: 'failed', error: { kind: 'endpoint', reason: 'unreachable' } });
  }, 90_000);
});

/**
 * A folder of its own with the tiny models, whose words are noise, and a template that refuses the system role. llama-server tries a template
 * with a text of its own, and where that fails joins the system text to the question by itself, so the template refuses ours alone.
 */
async function makeModels(): Promise<{ folder: string; plain: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'paddock-models-'));
  const plain = join(folder, 'plain.gguf');
  await copyFile(await tinyModelPath(), plain);
  await copyFile(await tinyInfillModelPath(), join(folder, 'infill.gguf'));
  const template =
    "{% if messages[0]['role'] == 'system' and 'assistant' in messages[0]['content'] %}{{ raise_exception('System role not supported') }}{% endif %}" +
    "{% for message in messages %}[{{ message['role'] }}] {{ message['content'] }}\n{% endfor %}[assistant]";
  await writeFile(join(folder, 'noSystem.jinja'), template);
  return { folder, plain };
}

describe.skipIf(missing !== undefined)('a llama-server with several models', () => {
  let folder = '';
  let server: LlamaServer;

  beforeAll(async () => {
    ({ folder } = await makeModels());
    server = await startLlamaServer(folder, '--ctx-size', '1024');
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('answers and fills in by the model that is set, whose context is known once it is loaded', async () => {
    const engine = remoteEngine(server.url, { model: 'infill', limits });
    const changes: number[] = [];
    const known = new Promise<void>((resolve) => {
      engine.onDidChange(() => {
        changes.push(engine.state.server.contextTokens);
        if (engine.state.server.contextTokens === 1024) resolve();
      });
    });
    const { result } = await answered(engine, question('Hello?', { maxTokens: 4 }));
    expect(result.metrics.promptTokens).toBeGreaterThan(4);
    await known;
    expect(changes).toEqual([4096, 1024]);
    const outcome = await engine.complete(place('x = ', '\n'), new CancelSource().token);
    expect(outcome).toMatchObject({ kind: 'done' });
    if (outcome.kind === 'done') expect(outcome.value.metrics.promptTokens).toBeGreaterThan(4);
    // Now that it is loaded, another window knows it at once.
    const other = remoteEngine(server.url, { model: 'infill', limits });
    await answered(other, question('Hello?', { maxTokens: 1 }));
    expect(other.state.server).toMatchObject({ contextTokens: 1024, dialect: 'llama-server' });
  });

  it('goes on without filling in for a model that cannot', async () => {
    const engine = remoteEngine(server.url, { model: 'plain', limits });
    for (let count = 0; count < 2; count++)
      expect(await engine.complete(place('x = ', '\n'), new CancelSource().token)).toMatchObject({ kind: 'done' });
  });

  it('says that a model is not there', async () => {
    const outcome = await remoteEngine(server.url, { model: 'none' }).chat(question('Hi'), () => undefined, new CancelSource().token);
    expect(outcome).toMatchObject({ kind: 'failed', error: { kind: 'endpoint', reason: 'notFound' } });
  });
});

describe.skipIf(missing !== undefined)('a llama-server whose template knows no system role', () => {
  let folder = '';
  let server: LlamaServer;
  let engine: RemoteEngine;

  beforeAll(async () => {
    const models = await makeModels();
    ({ folder } = models);
    server = await startLlamaServer(join(folder, 'infill.gguf'), '--jinja', '--chat-template-file', '/models/noSystem.jinja');
    engine = remoteEngine(server.url, { limits });
  });
  afterAll(async () => {
    engine.dispose();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  it('gets the system text in the first question, and answers', async () => {
    const { result } = await answered(engine, question('Hello?', { maxTokens: 4 }));
    expect(result.metrics.promptTokens).toBeGreaterThan(4);
    expect(engine.state.server.learnt).toEqual(['role: system']);
  });

  it('takes a text whose cut falls into a character', async () => {
    const half = '🙂'.slice(0, 1);
    for (const pad of [999, 1000]) {
      const around = place(`${'🙂'.repeat(2500)} = `, `${'x'.repeat(pad)}🙂`, { related: [{ path: 'b.py', text: half }], maxTokens: 4 });
      expect(await engine.complete(around, new CancelSource().token)).toMatchObject({ kind: 'done' });
    }
    expect((await answered(engine, question(`What is ${half}?`, { maxTokens: 4 }))).result.metrics.promptTokens).toBeGreaterThan(4);
  });

  it('has a conversation that it counts as longer than it was estimated cut until it fits', async () => {
    // One character of a rare script is several tokens, and estimated at one.
    const turn = { user: { text: 'ᚠᚢᚦᚨᚱᚲ'.repeat(20) }, answer: { text: 'ᚠᚢᚦ'.repeat(20) } };
    const { result } = await answered(engine, question('Hi', { history: Array.from({ length: 18 }, () => turn), maxTokens: 4 }));
    expect(result.droppedTurns).toBeGreaterThan(0);
    expect(result.droppedTurns).toBeLessThan(18);
  });
});

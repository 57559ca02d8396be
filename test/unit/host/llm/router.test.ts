import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Emitter } from '../../../../src/util/event';
import { CancelSource } from '../../../../src/host/llm/worker/cancelSource';
import { servingModel, type LanguageModel } from '../../../../src/host/llm/languageModel';
import { ModelRouter } from '../../../../src/host/llm/router';
import { estimateTokenCount } from '../../../../src/prompt/context/tokenEstimate';
import { FakeEngine } from '../../../fixtures/engine/fakeEngine';
import { RecordingServer } from '../../../fixtures/servers/recordingServer';
import { place, question, remoteEngine } from '../../../fixtures/servers/serverEngines';

const MARKER = 'zq-marker-7';
const never = new CancelSource().token;
const ignore = (): void => undefined;

let server: RecordingServer;
let isRemote: boolean;
let engine: ModelRouter;

beforeEach(async () => {
  server = await RecordingServer.start(true);
  isRemote = true;
  const remote = remoteEngine(server.url);
  const worker = new FakeEngine();
  engine = new ModelRouter({ worker, remote, isRemote: () => isRemote, onDidChangeRoute: new Emitter<undefined>().event });
});

afterEach(async () => {
  engine.dispose();
  await server.stop();
});

const history = [{ user: { text: MARKER }, answer: { text: MARKER } }];
const ghost = place(MARKER, MARKER, { path: MARKER, related: [{ path: MARKER, text: MARKER }] });

/** A call of every member of the interface that all features use. The two that answer the user have a test of their own. */
const calls: Readonly<Record<Exclude<keyof LanguageModel, 'chat' | 'complete'>, () => unknown>> = {
  state: () => engine.state,
  onDidChangeState: () => engine.onDidChangeState(ignore),
  warm: async () => {
    await engine.warm({ kind: 'chat', system: MARKER, history, subject: MARKER }, never);
    await engine.warm({ kind: 'completion', ...ghost }, never);
  },
  countTokens: () => engine.countTokens([MARKER, MARKER.repeat(1000)]),
  start: () => {
    engine.start();
  },
  restart: () => {
    engine.restart();
  },
};

describe('while a server answers', () => {
  it.each(Object.entries(calls))('`%s` sends no text to the server', async (_, call) => {
    await call();
    // A question for another text: all that was sent before it has arrived when it is answered.
    await engine.chat(question('And now?'), ignore, never);
    expect(server.requestsWith('And now?')).toHaveLength(1);
    expect(server.requestsWith(MARKER)).toEqual([]);
    expect(server.beyondMetadata).toEqual(['POST /v1/chat/completions']);
  });

  it('sends a question and a completion to the server, and no completion that is only worked out ahead', async () => {
    await engine.complete({ ...ghost, ahead: true }, never);
    expect(server.requests).toEqual([]);
    await engine.chat(question(MARKER, { history }), ignore, never);
    await engine.complete(ghost, never);
    expect(server.requestsWith(MARKER).map(({ address }) => address)).toEqual(['/v1/chat/completions', '/infill']);
  });

  it('lets other work run between two estimates', async () => {
    let turns = 0;
    const count = (): void => {
      turns++;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    await engine.countTokens(['one', 'two', 'three', 'four']);
    clearImmediate(timer);
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it('sends nothing that was cancelled before it was sent', async () => {
    const source = new CancelSource();
    source.cancel();
    await engine.chat(question(MARKER), ignore, source.token);
    await engine.complete(ghost, source.token);
    expect(server.requests).toEqual([]);
  });

  it('sends nothing that was cancelled while the server was still asked what it is', async () => {
    const source = new CancelSource();
    const cancelled = [engine.chat(question(MARKER), ignore, source.token), engine.complete(ghost, source.token)];
    source.cancel();
    await Promise.all(cancelled);
    await engine.chat(question('And now?'), ignore, never);
    expect(server.requestsWith(MARKER)).toEqual([]);
    expect(server.beyondMetadata).toEqual(['POST /v1/chat/completions']);
  });

  it('estimates token counts, and says that they are estimates', async () => {
    const texts = ['', 'const a = 1;', '你好'];
    expect(await engine.countTokens(texts)).toEqual(texts.map(estimateTokenCount));
    expect(servingModel(engine.state)?.estimatesTokens).toBe(true);
  });
});

describe('while the worker answers', () => {
  it('sends nothing to the server, whatever is asked', async () => {
    isRemote = false;
    void engine.chat(question(MARKER), ignore, never);
    await engine.complete(ghost, never);
    for (const call of Object.values(calls)) await call();
    expect(server.requests).toEqual([]);
  });

  it('has the worker count tokens, exactly', async () => {
    isRemote = false;
    expect(await engine.countTokens(['four words by count'])).toEqual([4]);
    expect(servingModel(engine.state)?.estimatesTokens).toBe(false);
  });
});

import type { ChatParams, ChatProgress, ChatResult, ChatTurn } from '../../src/contract/chat';
import type { FileBlock } from '../../src/contract/context';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ColdModel } from '../fixtures/models/coldModel';
import { loadParams, startWorker } from '../fixtures/engine/realWorker';
import { fetchTestModel } from '../fixtures/models/testModels';
import { chatParams, noCancel, valueOf, type TestClient } from '../fixtures/engine/workerClient';

// Gemma 3 attends to 512 tokens in five of six layers. llama.cpp keeps those layers' KV in a cache of its own, with rules of its own for what
// is saved and what may be overwritten, so each way in which a lane's KV is used again is tried beyond the window.
const gemma = await fetchTestModel('gemma3-270m');
const WINDOW = 512;
const CONTEXT_TOKENS = 2048;

if (gemma.missing !== undefined) {
  it(`not run: ${gemma.missing}`, (context) => {
    context.skip();
  });
}

const owners = ['Anna', 'Bob', 'Carl', 'Dora'];
const colours = ['red', 'green', 'blue'];

/** About 700 tokens. One line says something else where `changed` says so. */
function boxes(changed?: number): FileBlock {
  const lines = Array.from({ length: 42 }, (_, box) => {
    const owner = box === changed ? 'Zacharias' : owners[(box * 7) % owners.length];
    return `The ${colours[box % colours.length] ?? ''} box number ${box} holds ${(box * 37) % 91} stones and is owned by ${owner ?? ''}.`;
  });
  return { path: 'boxes.txt', language: 'plaintext', text: lines.join('\n') };
}

const about = (file: FileBlock, text: string): ChatParams => chatParams('', { user: { text, file }, maxTokens: 8 });

const asTurn = ({ user }: ChatParams, { text, tokens, fingerprint }: ChatResult): ChatTurn => ({
  user,
  answer: { text, tokens, fingerprint },
});

/** How far behind the best token one may be that is taken for equal, in natural logarithms of the odds. */
const TOLERANCE = 0.05;

describe.skipIf(gemma.missing !== undefined)('a model with a sliding window', { timeout: 600_000 }, () => {
  let folder: string;
  let client: TestClient;
  let cold: ColdModel;

  const start = (): TestClient =>
    startWorker(
      loadParams(gemma.path, { contextTokens: CONTEXT_TOKENS, threads: 1, storage: { folder, maxBytes: 1e9, owner: 'a workspace' } }),
    );
  const ask = async (params: ChatParams): Promise<ChatResult> => valueOf(await client.chat(params, () => undefined, noCancel));
  const expectAsCold = async (params: ChatParams, { tokens }: ChatResult): Promise<void> => {
    expect(tokens.length).toBeGreaterThan(3);
    expect(Math.max(...(await cold.shortfalls(params, tokens)))).toBeLessThan(TOLERANCE);
  };
  const whole = about(boxes(), 'Write the list of boxes again, from the first line on.');
  const history: ChatTurn[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paddock-window-'));
    client = start();
    // On one core, while the other loads the cold model.
    client.start();
    cold = await ColdModel.load(gemma.path, CONTEXT_TOKENS, 1);
  }, 600_000);

  afterAll(async () => {
    await client.shutDown();
    await cold.dispose();
    await rm(folder, { recursive: true });
  }, 60_000);

  it('evaluates one token of a prompt that it has just answered', async () => {
    const first = await ask(whole);
    expect(first.metrics.promptTokens).toBeGreaterThan(WINDOW + 180);
    const again = await ask(whole);
    expect(again.metrics.evaluatedTokens).toBe(1);
    history.push(asTurn(whole, again));
  });

  it('evaluates of a follow-up only its own tokens, and answers as a cold lane does', async () => {
    const params = chatParams('Write it once more, from the second line on.', { history, maxTokens: 8 });
    const result = await ask(params);
    expect(result.metrics.evaluatedTokens).toBeLessThan(30);
    await expectAsCold(params, result);
    history.push(asTurn(params, result));
  });

  it('goes on after a restart with what was saved', async () => {
    expect((await client.park())?.lanes).toBeGreaterThan(0);
    await client.shutDown();
    client = start();
    const params = chatParams('Write it once more, from the third line on.', { history, maxTokens: 8 });
    const result = await ask(params);
    expect(result.metrics.evaluatedTokens).toBeLessThan(30);
    await expectAsCold(params, result);
  });

  it('evaluates a prompt whole that shares no more than a beginning with what was saved', async () => {
    const params = about(boxes(36), 'Write the list of boxes again, from the fifth line on.');
    const result = await ask(params);
    // llama.cpp saves no more than the window of the layers that have one: of what stands before, too little is there.
    expect(result.metrics).toMatchObject({ reusedTokens: 0, evaluatedTokens: result.metrics.promptTokens });
  });

  it('keeps what stands before an edit in the middle', async () => {
    const params = about(boxes(33), 'Write the list of boxes again, from the fifth line on.');
    const result = await ask(params);
    expect(result.metrics.reusedTokens).toBeGreaterThan(WINDOW);
    expect(result.metrics.reusedTokens).toBeLessThan(result.metrics.promptTokens - 80);
    await expectAsCold(params, result);
  });

  it('copies what two questions have in common where the lane that has it is busy', async () => {
    const copied = (await client.session())?.totals.copiedTokens ?? 0;
    const params = about(boxes(33), 'Write the list of boxes again, from the last line on.');
    let other: Promise<ChatResult> | undefined;
    const long = { ...about(boxes(33), 'Write the list of boxes again, from the fifth line on.'), maxTokens: 64 };
    const onProgress = (event: ChatProgress): void => {
      if (event.kind === 'text') other ??= ask(params);
    };
    valueOf(await client.chat(long, onProgress, noCancel));
    if (!other) throw new Error('the chat wrote nothing');
    const result = await other;
    expect(((await client.session())?.totals.copiedTokens ?? 0) - copied).toBeGreaterThan(WINDOW + 150);
    expect(result.metrics.evaluatedTokens).toBeLessThan(30);
    await expectAsCold(params, result);
  });
});

import type { ChatParams, ChatProgress, ChatResult, ChatTurn } from '../../src/contract/chat';
import type { FileBlock } from '../../src/contract/context';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ColdModel } from '../fixtures/models/coldModel';
import { loadParams, startWorker, tinyChatModelPath } from '../fixtures/engine/realWorker';
import { Cancel, chatParams, completeParams, noCancel, valueOf, type TestClient } from '../fixtures/engine/workerClient';

/** One worker for all tests: what it has done before must not matter. */
let client: TestClient;
let cold: ColdModel;

beforeAll(async () => {
  const path = await tinyChatModelPath();
  client = startWorker(loadParams(path));
  cold = await ColdModel.load(path, 2048);
});

afterAll(async () => {
  client.dispose();
  await cold.dispose();
});

async function ask(params: ChatParams, one: TestClient = client): Promise<{ result: ChatResult; progress: readonly ChatProgress[] }> {
  const progress: ChatProgress[] = [];
  const result = valueOf(await one.chat(params, (event) => progress.push(event), noCancel));
  return { result, progress };
}

/** How far behind the best token one may be that is taken for equal. Rounding was seen to do 0.004; another prompt does more than 1. */
const tolerance = 0.03;

/** That an answer is what a lane that has nothing would answer. */
async function expectAsCold(params: ChatParams, tokens: readonly number[]): Promise<void> {
  const shortfalls = await cold.shortfalls(params, tokens);
  expect(Math.max(...shortfalls)).toBeLessThan(tolerance);
}

const turnOf = (params: ChatParams, { text, tokens, fingerprint }: ChatResult): ChatTurn => ({
  user: params.user,
  answer: { text, tokens, fingerprint },
});

const file: FileBlock = {
  path: 'src/shapes.ts',
  language: 'typescript',
  text: Array.from({ length: 40 }, (_, index) => `export const shape${index} = { sides: ${index}, name: 'shape ${index}' };`).join('\n'),
};

describe('the cold model', () => {
  it('knows an answer to another prompt for a wrong one', async () => {
    const { result } = await ask(chatParams('Write something.'));
    expect(Math.max(...(await cold.shortfalls(chatParams('Write something'), result.tokens)))).toBeGreaterThan(1);
    await expectAsCold(chatParams('Write something.'), result.tokens);
  });
});

describe('a chat', () => {
  it('streams: prefill to its end, then the text and the tokens of the result', async () => {
    const { result, progress } = await ask(chatParams('Write something.'));
    const prefill = progress.flatMap((event) => (event.kind === 'prefill' ? [event] : []));
    const text = progress.flatMap((event) => (event.kind === 'text' ? [event] : []));
    expect(prefill.at(-1)).toMatchObject({ done: result.metrics.promptTokens, total: result.metrics.promptTokens });
    expect(text.map((event) => event.text).join('')).toBe(result.text);
    const streamed = text.flatMap((event) => event.tokens);
    expect(result.tokens.slice(0, streamed.length)).toEqual(streamed);
    expect(result.tokens.length).toBeGreaterThan(0);
    expect(result.metrics).toMatchObject({ generatedTokens: result.tokens.length });
    expect(result.metrics.reusedTokens + result.metrics.evaluatedTokens).toBe(result.metrics.promptTokens);
    expect(progress.findLastIndex(({ kind }) => kind === 'prefill')).toBeLessThan(progress.findIndex(({ kind }) => kind === 'text'));
  });

  it('evaluates of a follow-up only its own tokens', async () => {
    const first = chatParams('Tell me about the shapes.', { user: { text: 'Tell me about the shapes.', file } });
    const { result } = await ask(first);
    const second = chatParams('Why?', { history: [turnOf(first, result)] });
    const followUp = (await ask(second)).result;
    // All of the first prompt and of its answer but the last token, which was sampled and never evaluated.
    expect(followUp.metrics.reusedTokens).toBeGreaterThanOrEqual(result.metrics.promptTokens + result.tokens.length - 1);
    // The token, EOS, BOS, and the tags around the question.
    expect(followUp.metrics.evaluatedTokens).toBeLessThan(30);
    await expectAsCold(second, followUp.tokens);
  });

  it('reuses the file for a second explanation in it', async () => {
    const explain = (startLine: number): ChatParams => {
      const text = file.text
        .split('\n')
        .slice(startLine - 1, startLine + 1)
        .join('\n');
      const user = { text: 'Explain the selected code.', file, selection: { startLine, endLine: startLine + 1, text } };
      return chatParams('', { user, system: 'Explain.' });
    };
    const first = (await ask(explain(3))).result;
    const second = (await ask(explain(20))).result;
    expect(first.metrics.promptTokens).toBeGreaterThan(800);
    expect(second.metrics.reusedTokens).toBeGreaterThan(700);
    expect(second.metrics.evaluatedTokens).toBeLessThan(150);
  });

  it('evaluates only what is new when conversations are switched there and back', async () => {
    const other: FileBlock = { path: 'src/colours.ts', language: 'typescript', text: file.text.replaceAll('shape', 'colour') };
    const inOne = chatParams('', { user: { text: 'What is in this file?', file } });
    const inOther = chatParams('', { user: { text: 'And what is in this one?', file: other } });
    const one = [turnOf(inOne, (await ask(inOne)).result)];
    const two = [turnOf(inOther, (await ask(inOther)).result)];
    for (const history of [one, two, one]) {
      // The chat warms a conversation when it is opened.
      const { evaluatedTokens } = valueOf(await client.warm({ kind: 'chat', system: inOne.system, history }, noCancel));
      expect(evaluatedTokens).toBeLessThan(30);
      const next = chatParams('Why?', { history });
      const { result } = await ask(next);
      expect(result.metrics.promptTokens).toBeGreaterThan(800);
      expect(result.metrics.evaluatedTokens).toBeLessThan(30);
      history.push(turnOf(next, result));
    }
    await expectAsCold(chatParams('Why?', { history: one.slice(0, -1) }), one.at(-1)?.answer.tokens ?? []);
  });

  it('finds what was warmed up', async () => {
    const warmed = { kind: 'chat' as const, system: 'You know shapes.', history: [], file };
    const { evaluatedTokens } = valueOf(await client.warm(warmed, noCancel));
    expect(evaluatedTokens).toBeGreaterThan(700);
    const user = { text: 'What is this?', file };
    const { metrics } = (await ask(chatParams('', { system: warmed.system, user }))).result;
    expect(metrics.reusedTokens).toBeGreaterThanOrEqual(evaluatedTokens);
    expect(metrics.evaluatedTokens).toBeLessThan(30);
  });

  it('answers the same from a warm lane as from a cold one', async () => {
    // Short beside its prompt: a lane with a long answer is spared, and a short prompt evaluated elsewhere.
    const params = chatParams('Say it again, and then once more in other words.', { maxTokens: 8 });
    const first = (await ask(params)).result;
    const again = (await ask(params)).result;
    expect(again.metrics.evaluatedTokens).toBe(1);
    await expectAsCold(params, first.tokens);
    await expectAsCold(params, again.tokens);
  });

  it('drops whole turns when the conversation outgrows the context, and says so', async () => {
    const words = 'The quick brown fox jumps over the lazy dog. '.repeat(12);
    const history: ChatTurn[] = Array.from({ length: 20 }, (_, index) => ({
      user: { text: `${index}: ${words}` },
      answer: { text: words },
    }));
    const { result } = await ask(chatParams('And now?', { history }));
    expect(result.droppedTurns).toBeGreaterThan(0);
    expect(result.droppedTurns).toBeLessThan(history.length);
    expect(result.metrics.promptTokens).toBeLessThanOrEqual(2048);
    const kept = (await ask(chatParams('And now?', { history: history.slice(result.droppedTurns) }))).result;
    expect(kept.droppedTurns).toBe(0);
    expect(kept.metrics.promptTokens).toBe(result.metrics.promptTokens);
    await expectAsCold(chatParams('And now?', { history: history.slice(result.droppedTurns) }), result.tokens);
  });

  it('refuses a question that is too long by itself', async () => {
    const outcome = await client.chat(chatParams('word '.repeat(3000)), () => undefined, noCancel);
    expect(outcome).toMatchObject({ kind: 'failed', error: { kind: 'promptTooLong', contextTokens: 2047 } });
  });

  it('cuts a long file, and says so', async () => {
    const long = { ...file, text: Array.from({ length: 50 }, () => file.text).join('\n') };
    const { result } = await ask(chatParams('', { user: { text: 'What is this?', file: long } }));
    expect(result.cuts).toEqual([{ block: 'file', label: file.path, shownLines: expect.any(Number) as unknown, totalLines: 2000 }]);
    expect(result.metrics.promptTokens).toBeLessThanOrEqual(2048);
  });
});

describe('cancelling a chat', () => {
  it('ends it as cancelled with what it has, and the next request answers as a cold one', async () => {
    const cancel = new Cancel();
    const params = chatParams('Count to a thousand.', { maxTokens: 1000 });
    const shown: string[] = [];
    const onProgress = (event: ChatProgress): void => {
      if (event.kind !== 'text') return;
      shown.push(event.text);
      // Soon, or the lane holds more of an answer than the few tokens that the next request would evaluate in another one are worth.
      cancel.cancel();
    };
    const cancelled = valueOf(await client.chat(params, onProgress, cancel));
    expect(cancelled.stop).toBe('cancelled');
    expect(cancelled.text).toBe(shown.join(''));
    expect(cancelled.tokens.length).toBeGreaterThan(0);
    const next = chatParams('Count to a thousand.', { maxTokens: 32 });
    const { result } = await ask(next);
    expect(result.metrics.reusedTokens).toBe(result.metrics.promptTokens - 1);
    await expectAsCold(next, result.tokens);
    await expectAsCold(params, cancelled.tokens);
  });

  it('ends it while its prompt is read, and keeps what was read', async () => {
    const cancel = new Cancel();
    const params = chatParams('', { system: 'Read this.', user: { text: 'Well?', file } });
    const onProgress = (event: ChatProgress): void => {
      if (event.kind === 'prefill' && event.done > 0) cancel.cancel();
    };
    const cancelled = valueOf(await client.chat(params, onProgress, cancel));
    expect(cancelled).toMatchObject({ stop: 'cancelled', text: '', tokens: [] });
    const { result } = await ask(params);
    expect(result.metrics.reusedTokens).toBeGreaterThanOrEqual(cancelled.metrics.evaluatedTokens);
  });
});

describe('a ghost text', () => {
  const source = `${file.text}\n\nfunction add(a: number, b: number): number {\n  `;

  it('evaluates few tokens for a key press', async () => {
    await client.complete(completeParams(source), noCancel);
    for (const typed of ['r', 're', 'ret', 'return', 'return ', 'return a']) {
      const { metrics } = valueOf(await client.complete(completeParams(source + typed), noCancel));
      expect(metrics.evaluatedTokens).toBeLessThanOrEqual(6);
      expect(metrics.reusedTokens + metrics.evaluatedTokens).toBe(metrics.promptTokens);
    }
  });

  it('comes while an answer is being written, and does not change it', async () => {
    const params = chatParams('Write a long story.', { maxTokens: 200 });
    const order: string[] = [];
    let ghost: ReturnType<TestClient['complete']> | undefined;
    const onProgress = (event: ChatProgress): void => {
      if (event.kind !== 'text' || ghost) return;
      ghost = client.complete(completeParams(source, { maxTokens: 8 }), noCancel);
      void ghost.then(() => order.push('ghost'));
    };
    const chat = valueOf(await client.chat(params, onProgress, noCancel));
    order.push('chat');
    if (!ghost) throw new Error('the chat wrote nothing');
    expect(valueOf(await ghost).metrics.generatedTokens).toBeGreaterThan(0);
    expect(order).toEqual(['ghost', 'chat']);
    await expectAsCold(params, chat.tokens);
  });

  it('is none when cancelled', async () => {
    const cancel = new Cancel();
    cancel.cancel();
    expect(valueOf(await client.complete(completeParams(source), cancel))).toMatchObject({ text: '', stop: 'cancelled' });
  });
});

describe('the session', () => {
  it('has lanes for both, none busy at rest', async () => {
    const lanes = (await client.session())?.lanes ?? [];
    expect(new Set(lanes.map(({ role }) => role))).toEqual(new Set(['completion', 'chat']));
    for (const lane of lanes) {
      expect(lane.busy).toBe(false);
      expect(lane.tokens).toBeLessThanOrEqual(lane.capacity);
    }
    expect(client.kinds).toEqual(['starting', 'loading', 'ready']);
  });

  it('knows what its lanes are about, how fast answers were, and what memory that takes', async () => {
    await ask(chatParams(`Write about this. ${'A long question. '.repeat(20)}`, { subject: 'a conversation', maxTokens: 16 }));
    await client.complete(completeParams(`${file.text}\n`, { path: 'src/known.ts' }), noCancel);
    const view = await client.session();
    const abouts = view?.lanes.map(({ role, subject }) => [role, subject]) ?? [];
    expect(abouts).toContainEqual(['chat', 'a conversation']);
    expect(abouts).toContainEqual(['completion', 'src/known.ts']);
    expect(view?.answers.at(-1)?.decodeTokensPerSecond).toBeGreaterThanOrEqual(0);
    expect(view?.answers.some(({ prefillTokensPerSecond }) => prefillTokensPerSecond > 0)).toBe(true);
    expect(view?.prefillTokensPerSecond).toBeGreaterThan(0);
    expect(view?.memory.residentBytes).toBeGreaterThan(10e6);
  });

  it('is empty when it was cleared, and answers as before', async () => {
    const params = chatParams('Write something.');
    await ask(params);
    const cleared = await client.clear();
    expect(cleared?.lanes).toBeGreaterThan(0);
    expect((await client.session())?.lanes.every(({ tokens }) => tokens === 0)).toBe(true);
    const { result } = await ask(params);
    expect(result.metrics.reusedTokens).toBe(0);
    await expectAsCold(params, result.tokens);
  });
});

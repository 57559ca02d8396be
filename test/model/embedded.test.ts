import type { ChatProgress } from '../../src/contract/chat';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BRIEF_SYSTEM_TEXT } from '../../src/prompt/chat/systemPrompt';
import { embeddedModelPath, loadParams, startWorker } from '../fixtures/engine/realWorker';
import { chatParams, completeParams, noCancel, valueOf, type TestClient } from '../fixtures/engine/workerClient';

const addition = 'export function add(a: number, b: number): number {\n  ';

let client: TestClient;

beforeAll(() => {
  client = startWorker(loadParams(embeddedModelPath()));
});

afterAll(() => {
  client.dispose();
});

describe('the embedded model', () => {
  it('knows the capital of France', async () => {
    const params = chatParams('What is the capital of France?', { system: BRIEF_SYSTEM_TEXT, maxTokens: 64 });
    const answer = valueOf(await client.chat(params, () => undefined, noCancel));
    expect(answer.text).toContain('Paris');
    expect(answer.stop).toBe('end');
    expect(answer.text).not.toMatch(/<\|im_(start|end)\|>/);
  });

  it('answers a follow-up in the same lane', async () => {
    const first = chatParams('My name is Ada. Say hello to me.', { system: BRIEF_SYSTEM_TEXT, maxTokens: 64 });
    const { text, tokens, fingerprint, metrics } = valueOf(await client.chat(first, () => undefined, noCancel));
    const history = [{ user: first.user, answer: { text, tokens, fingerprint } }];
    const second = chatParams('Thank you.', { ...first, history, user: { text: 'Thank you.' } });
    const followUp = valueOf(await client.chat(second, () => undefined, noCancel));
    expect(followUp.metrics.reusedTokens).toBeGreaterThanOrEqual(metrics.promptTokens + tokens.length - 1);
    expect(followUp.text).not.toBe('');
  });

  it('completes an addition', async () => {
    const prefix = 'export function add(a: number, b: number): number {\n  ';
    const ghost = valueOf(
      await client.complete(completeParams(prefix, { suffix: '\n}\n', multiline: true, path: 'src/add.ts' }), noCancel),
    );
    expect(ghost.text).toMatch(/^return a \+ b;?$/);
  });

  it.each(['r', 'ret', 'retur', 'return'])('completes an addition in the midst of its first word: %s', async (typed) => {
    const prefix = `export function add(a: number, b: number): number {\n  ${typed}`;
    const ghost = valueOf(await client.complete(completeParams(prefix, { suffix: '\n}\n', path: 'src/add.ts' }), noCancel));
    expect(typed + ghost.text).toMatch(/^return a \+ b;?$/);
  });

  it('writes the word that was begun, be it the likeliest or not', async () => {
    const prefix = 'export function add(first: number, second: number): number {\n  return fi';
    const ghost = valueOf(await client.complete(completeParams(prefix, { suffix: '\n}\n', path: 'src/add.ts' }), noCancel));
    expect(ghost.text).toMatch(/^rst\b/);
    const other = valueOf(
      await client.complete(completeParams(prefix.replace(/fi$/, 'se'), { suffix: '\n}\n', path: 'src/add.ts' }), noCancel),
    );
    expect(other.text).toMatch(/^cond\b/);
  });

  it('goes on where it is no longer sure of the text when that is asked for', async () => {
    const params = completeParams('// Things to do on a rainy day in town\nconst idea = "', {
      suffix: '\n',
      path: 'src/ideas.ts',
      maxTokens: 12,
    });
    const short = valueOf(await client.complete(params, noCancel));
    const long = valueOf(await client.complete({ ...params, unsure: true }, noCancel));
    expect(long.metrics.generatedTokens).toBeGreaterThan(short.metrics.generatedTokens);
    expect(long.text.length).toBeGreaterThan(short.text.length);
    expect(long.text.startsWith(short.text)).toBe(true);
    if (short.text === '') expect(short.dropped).toBe('unsure');
  });

  it('has at once what was worked out ahead, and says nothing of it before', async () => {
    const params = completeParams('// The days of the week\nconst days = ["Monday", "Tuesday", ', { suffix: '\n', path: 'src/days.ts' });
    const ahead = valueOf(await client.complete({ ...params, ahead: true }, noCancel));
    expect(ahead).toMatchObject({ text: '' });
    expect(ahead.metrics.generatedTokens).toBeGreaterThan(1);
    const asked = valueOf(await client.complete(params, noCancel));
    expect(asked.text).toContain('Wednesday');
    expect(asked.metrics).toMatchObject({ evaluatedTokens: 0, generatedTokens: ahead.metrics.generatedTokens });
  });

  it('has the same alternatives when asked again, and its first choice whatever was asked between', async () => {
    const params = completeParams('// Colours of the rainbow, the name of one\nconst colour = "', { suffix: '\n', path: 'src/colours.ts' });
    const first = valueOf(await client.complete(params, noCancel)).text;
    const variants = async (): Promise<readonly string[]> => {
      const texts: string[] = [];
      for (const variant of [1, 2, 3]) texts.push(valueOf(await client.complete({ ...params, variant }, noCancel)).text);
      return texts;
    };
    const others = await variants();
    expect(new Set([first, ...others]).size).toBeGreaterThan(1);
    expect(await variants()).toEqual(others);
    expect(valueOf(await client.complete(params, noCancel)).text).toBe(first);
  });

  it('completes the addition while it writes an answer', async () => {
    const params = completeParams(addition, { suffix: '\n}\n', multiline: true, path: 'src/add.ts' });
    let ghost: ReturnType<TestClient['complete']> | undefined;
    const order: string[] = [];
    const story = chatParams('Tell me a long story about a llama.', { system: BRIEF_SYSTEM_TEXT, maxTokens: 200 });
    const onProgress = (event: ChatProgress): void => {
      if (ghost || event.kind !== 'text') return;
      ghost = client.complete(params, noCancel);
      void ghost.then(() => order.push('ghost'));
    };
    valueOf(await client.chat(story, onProgress, noCancel));
    order.push('chat');
    if (!ghost) throw new Error('the chat wrote nothing');
    expect(valueOf(await ghost).text).toMatch(/^return a \+ b;?$/);
    expect(order).toEqual(['ghost', 'chat']);
  });

  it('completes the addition while it reads a long prompt', async () => {
    const text = Array.from({ length: 200 }, (_, index) => `export const shape${index} = { sides: ${index}, name: 'shape ${index}' };`);
    const file = { path: 'src/shapes.ts', language: 'typescript', text: text.join('\n') };
    const selection = { startLine: 1, endLine: 40, text: text.slice(0, 40).join('\n') };
    const question = chatParams('', { user: { text: 'What is this?', file, selection }, maxTokens: 2 });
    const order: string[] = [];
    let ghost: ReturnType<TestClient['complete']> | undefined;
    const onProgress = (event: ChatProgress): void => {
      order.push(event.kind);
      if (ghost || event.kind !== 'prefill') return;
      ghost = client.complete(completeParams(addition, { suffix: '\n}\n', maxTokens: 2 }), noCancel);
      void ghost.then(() => order.push('ghost'));
    };
    await client.chat(question, onProgress, noCancel);
    expect(order).toContain('ghost');
    expect(order.indexOf('ghost')).toBeLessThan(order.lastIndexOf('prefill'));
  });

  it('completes a line of Python', async () => {
    const prefix = 'def multiply(a, b):\n    return a * b\n\ndef add(a, b):\n    return';
    const ghost = valueOf(await client.complete(completeParams(prefix, { language: 'python', path: 'calc.py' }), noCancel));
    expect(ghost.text).toBe(' a + b');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLoopback, parseEndpoint, serves } from '../../../../../src/host/llm/server/serverSettings';
import { remotePrompt } from '../../../../../src/host/llm/server/serverMessages';
import { PromptTooLongError } from '../../../../../src/prompt/chat/chatPrompt';
import { estimateTokenCount } from '../../../../../src/prompt/context/tokenEstimate';
import { question } from '../../../../fixtures/servers/serverEngines';

describe('a prompt for a server', () => {
  it('has the system text, the turns and the blocks, each in its place', () => {
    const file = { path: 'a.py', language: 'python', text: 'print(1)\n' };
    const history = [{ user: { text: 'Hello?' }, answer: { text: 'Yes.', tokens: [1], fingerprint: 'local' } }];
    const { messages, droppedTurns } = remotePrompt(question('Why?', { history, user: { text: 'Why?', file } }), 4096);
    expect(messages).toEqual([
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'user', content: 'Hello?' },
      { role: 'assistant', content: 'Yes.' },
      { role: 'user', content: 'File a.py:\n```python\nprint(1)\n```\n\nWhy?' },
    ]);
    expect(droppedTurns).toBe(0);
  });

  it('fits the context by estimate, drops the oldest turns alone, and keeps its beginning from one question to the next', () => {
    const turn = fc.string({ maxLength: 400 }).map((text) => ({ user: { text }, answer: { text: `${text}!` } }));
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 20 }), fc.integer({ min: 256, max: 2048 }), (history, contextTokens) => {
        const { messages, droppedTurns, promptTokens } = remotePrompt(question('And?', { history, system: 'Be brief.' }), contextTokens);
        expect(promptTokens).toBeLessThanOrEqual(contextTokens);
        expect(messages.length).toBe(2 + 2 * (history.length - droppedTurns));
        expect(messages.slice(1, -1).map(({ content }) => content)).toEqual(
          history.slice(droppedTurns).flatMap(({ user, answer }) => [user.text, answer.text]),
        );
      }),
    );
  });

  it('is refused where the question alone does not fit', () => {
    expect(() => remotePrompt(question('word '.repeat(3000)), 1024)).toThrow(PromptTooLongError);
  });

  it('is estimated at no fewer tokens than a third of its letters would be, and at no more than its characters', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const count = estimateTokenCount(text);
        expect(count).toBeLessThanOrEqual(text.length);
        expect(count).toBeGreaterThanOrEqual(Math.floor(text.length / 8));
      }),
    );
  });
});

describe('an address', () => {
  it('is http or https with a host; what would be shown or sent with it is left out', () => {
    expect(parseEndpoint(' http://user:key@gpu:8000/v1/?a=b#c ')?.href).toBe('http://gpu:8000/v1');
    for (const text of ['', 'gpu:8000', 'file:///etc/passwd', 'javascript:alert(1)', 'http://'])
      expect(parseEndpoint(text), text).toBeUndefined();
  });

  it('is this machine by its loopback names alone', () => {
    const loopback = (text: string): boolean => isLoopback(new URL(text));
    expect(['http://127.0.0.1:1/v1', 'http://localhost/v1', 'http://[::1]:8080'].every(loopback)).toBe(true);
    expect(['http://localhost.example.com', 'http://10.0.0.1', 'http://127.0.0.1.example.com', 'http://0.0.0.0'].some(loopback)).toBe(
      false,
    );
  });

  it('serves the tasks it is set for, and none without one', () => {
    const settings = { url: 'http://gpu/v1', model: '', contextTokens: 4096 };
    expect(serves({ ...settings, useFor: 'chat' }, 'chat')).toBe(true);
    expect(serves({ ...settings, useFor: 'chat' }, 'ghostText')).toBe(false);
    expect(serves({ ...settings, useFor: 'off' }, 'chat')).toBe(false);
    expect(serves({ ...settings, url: 'gpu', useFor: 'both' }, 'chat')).toBe(false);
  });
});

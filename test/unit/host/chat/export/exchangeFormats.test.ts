import { describe, expect, it } from 'vitest';
import { shownPath } from '../../../../../src/host/chat/store/turnTree';
import { exportAs, importFrom } from '../../../../../src/host/chat/export/exchangeFormats';
import { newConversation, newTurn, type Conversation } from '../../../../../src/host/chat/store/conversationRecords';
import { fakeMetrics } from '../../../../fixtures/engine/fakeEngine';

const words = { question: 'Question', answer: 'Answer', attached: 'Attached', source: (kind: string) => kind };

function context(now = 1000): Parameters<typeof importFrom>[1] {
  let ids = 0;
  return { newId: () => `new-${String(ids++)}`, now };
}

function conversation(): Conversation {
  const file = { path: 'src/a.ts', language: 'typescript', text: 'let a;\n' };
  return {
    ...newConversation('old', 1),
    title: 'Why?',
    named: true,
    pinned: true,
    updatedAt: 20,
    turns: [
      {
        ...newTurn('t1', { text: 'Explain at length.', title: 'Explain', file, selection: { startLine: 1, endLine: 1, text: 'let a;' } }),
        answer: '# So\n\n```ts\nlet b;\n```',
        tokens: [1, 2, 3],
        fingerprint: 'model',
        state: 'done',
        stop: 'end',
        metrics: fakeMetrics,
      },
      {
        ...newTurn('t2', { text: 'And?' }, 't1'),
        answer: 'Half',
        state: 'failed',
        error: { kind: 'workerDied', detail: 'SIGKILL' },
      },
      { ...newTurn('t3', { text: 'And?' }, 't1'), answer: 'Whole', state: 'stopped' },
    ],
  };
}

describe('JSON', () => {
  it('has everything but the ids of tokens, which are of one model and may not say what the text says', () => {
    const made = conversation();
    const text = exportAs('json', made, words);
    const { tokens, fingerprint, ...first } = made.turns[0] ?? newTurn('', { text: '' });
    expect([tokens.length, fingerprint]).toEqual([3, 'model']);
    expect(importFrom(text, context())).toEqual({ ...made, id: 'new-0', turns: [{ ...first, tokens: [] }, ...made.turns.slice(1)] });
    expect(text).not.toContain('fingerprint');
  });

  it('takes no token of a file that brings some', () => {
    const made = conversation();
    const text = JSON.stringify({ format: 'paddock.conversation', conversation: made });
    expect(importFrom(text, context()).turns[0]).toMatchObject({ tokens: [] });
    expect(importFrom(text, context()).turns[0]).not.toHaveProperty('fingerprint');
  });

  it('has no URI of an attached file, and takes none of a file that brings one', () => {
    const made = conversation();
    const [first] = made.turns;
    if (first?.user.file === undefined) throw new Error('there is no file');
    first.user.file.uri = 'file:///home/somebody/secret/a.ts';
    first.user.context = [{ kind: 'problems', text: 'x', path: 'a.ts', uri: 'file:///etc/hosts' }];
    expect(exportAs('json', made, words)).not.toContain('file://');
    const foreign = JSON.stringify({ format: 'paddock.conversation', conversation: made });
    expect(JSON.stringify(importFrom(foreign, context()))).not.toContain('file://');
    expect(importFrom(foreign, context()).turns[0]?.user.file?.path).toBe('src/a.ts');
  });

  it('of a conversation from a clock that is ahead is as of now', () => {
    const text = exportAs('json', { ...conversation(), createdAt: 5000, updatedAt: 1e300 }, words);
    expect(importFrom(text, context())).toMatchObject({ createdAt: 1000, updatedAt: 1000 });
  });

  const wrapped = (record: unknown): string => JSON.stringify({ format: 'paddock.conversation', conversation: record });
  it.each([
    ['no object', '[]'],
    ['cut', exportAs('json', conversation(), words).slice(0, 100)],
    ['another program’s', JSON.stringify({ format: 'else', conversation: conversation() })],
    ['without a conversation', JSON.stringify({ format: 'paddock.conversation' })],
    ['of a later schema', wrapped({ ...conversation(), schema: 99 })],
    ['of another shape', wrapped({ ...conversation(), turns: [{ id: 1 }] })],
    ['with one id twice', wrapped({ ...conversation(), turns: [newTurn('a', { text: '1' }), newTurn('a', { text: '2' })] })],
    ['empty', wrapped({ ...conversation(), turns: [] })],
    ['very deep', `{"a":${'['.repeat(100_000)}`],
  ])('is refused when it is %s', (_, text) => {
    expect(() => importFrom(text, context())).toThrow();
  });
});

describe('Markdown', () => {
  it('has questions and answers as they are shown, and comes back with ids of its own', () => {
    const text = exportAs('markdown', conversation(), words);
    expect(text).toContain('`src/a.ts:1`');
    expect(text).not.toContain('Explain at length.');
    const read = importFrom(text, context());
    expect(read).toMatchObject({ title: 'Why?', createdAt: 1, updatedAt: 20 });
    expect(read.turns.map(({ user, answer, state }) => [user, answer, state])).toEqual([
      [{ text: 'Explain' }, '# So\n\n```ts\nlet b;\n```', 'done'],
      [{ text: 'And?' }, 'Whole', 'stopped'],
    ]);
    expect(new Set([read.id, ...read.turns.map(({ id }) => id)]).size).toBe(3);
    expect(shownPath(read)).toEqual(read.turns);
  });
});

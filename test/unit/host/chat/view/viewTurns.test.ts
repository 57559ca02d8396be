import { beforeEach, describe, expect, it } from 'vitest';
import type { CodeActions } from '../../../../../src/host/chat/view/codeBlockActions';
import type { ChatController } from '../../../../../src/host/chat/view/chatController';
import { newTurn, type StoredTurn } from '../../../../../src/host/chat/store/conversationRecords';
import { ChatView } from '../../../../../src/host/chat/view/chatView';
import { clipboard } from '../../../../fixtures/vscode/fakeEnvironment';
import { FakeWebview } from '../../../../fixtures/vscode/fakeWebview';
import { answerAlways } from '../../../../fixtures/vscode/fakeWindow';
import { Uri } from '../../../../fixtures/vscode/uri';
import { FakeLog, settled } from '../chatFakes';

const answer = 'Look:\n\n```ts a.ts\nconst a = 1;\n```\n\n```ts\nconst b';
const file = { path: 'a.ts', language: 'typescript', text: '' };

class FakePage {
  readonly done: unknown[][] = [];
  private readonly webview = new FakeWebview();
  readonly turn: StoredTurn = { ...newTurn('t', { text: 'x', file }), answer, state: 'done' };

  constructor() {
    const note =
      (name: string) =>
      (...args: unknown[]): Promise<void> =>
        Promise.resolve(void this.done.push([name, ...args]));
    const code: CodeActions = { apply: note('apply'), insert: note('insert'), newFile: note('newFile') };
    const controller: Partial<ChatController> = {
      onMessage: () => ({ dispose: () => undefined }),
      turn: (id) => (id === this.turn.id ? this.turn : undefined),
      askAgain: (...args) => void this.done.push(['askAgain', ...args]),
      keepEdit: (...args) => void this.done.push(['keepEdit', ...args]),
      showSibling: (...args) => void this.done.push(['showSibling', ...args]),
    };
    const deps = { extensionUri: new Uri('/ext'), title: 'Chat', log: new FakeLog(), code };
    new ChatView({ webview: this.webview, showConversations: () => Promise.resolve() }, controller as ChatController, deps);
  }

  async post(message: unknown): Promise<void> {
    this.webview.fromPage.fire(message);
    await settled();
  }
}

let page: FakePage;

beforeEach(() => {
  page = new FakePage();
  clipboard.text = 'before';
});

describe('ChatView messages about a turn', () => {
  it('asks again, keeps edits, switches siblings and copies answers', async () => {
    await page.post({ type: 'askAgain', turnId: 't' });
    await page.post({ type: 'askAgain', turnId: 't', text: 'y' });
    await page.post({ type: 'edit', turnId: 't', text: 'y' });
    await page.post({ type: 'sibling', turnId: 't', places: -1 });
    await page.post({ type: 'copyAnswer', turnId: 't' });
    expect(page.done).toEqual([
      ['askAgain', 't', undefined],
      ['askAgain', 't', 'y'],
      ['keepEdit', 't', 'y'],
      ['showSibling', 't', -1],
    ]);
    expect(clipboard.text).toBe(answer);
  });

  it('applies the code of the stored answer, with what the turn was asked about', async () => {
    await page.post({ type: 'code', action: 'apply', turnId: 't', block: 0 });
    expect(page.done).toEqual([['apply', { code: 'const a = 1;', info: 'ts a.ts', before: 'Look:', complete: true }, { text: 'x', file }]]);
  });

  it('does not insert a code block that is still streaming', async () => {
    page.turn.state = 'streaming';
    await page.post({ type: 'code', action: 'insert', turnId: 't', block: 1 });
    expect(page.done).toEqual([]);
    page.turn.state = 'stopped';
    await page.post({ type: 'code', action: 'insert', turnId: 't', block: 1 });
    expect(page.done).toMatchObject([['insert', { code: 'const b' }, {}]]);
  });

  it('asks about hidden characters before it applies or copies anything', async () => {
    page.turn.answer = 'Look\u2066:\n\n```ts\na\u202Eb\n```\n';
    const actions = ['apply', 'insert', 'newFile'] as const;
    const askAll = async (): Promise<void> => {
      for (const action of actions) await page.post({ type: 'code', action, turnId: 't', block: 0 });
    };
    await askAll();
    await page.post({ type: 'copy', text: 'a\u202Eb' });
    await page.post({ type: 'copyAnswer', turnId: 't' });
    expect(page.done).toEqual([]);
    expect(clipboard.text).toBe('before');
    answerAlways('Remove Them');
    await askAll();
    expect(page.done).toMatchObject(actions.map((action) => [action, { code: 'ab' }, {}]));
    await page.post({ type: 'copy', text: 'a\u202Eb' });
    expect(clipboard.text).toBe('ab');
    await page.post({ type: 'copyAnswer', turnId: 't' });
    expect(clipboard.text).toBe('Look:\n\n```ts\nab\n```\n');
    answerAlways('Keep Them');
    await page.post({ type: 'copy', text: 'a\u202Eb' });
    expect(clipboard.text).toBe('a\u202Eb');
  });

  it('ignores code blocks inside the model’s thoughts', async () => {
    page.turn.answer = `<think>\n\`\`\`ts\nold();\n\`\`\`\n</think>\n\n\`\`\`ts\nnew();\n\`\`\`\n`;
    await page.post({ type: 'code', action: 'apply', turnId: 't', block: 0 });
    await page.post({ type: 'code', action: 'apply', turnId: 't', block: 1 });
    expect(page.done).toMatchObject([['apply', { code: 'new();' }, {}]]);
  });

  it.each([
    { type: 'code', action: 'apply', turnId: 't', block: 7 },
    { type: 'code', action: 'apply', turnId: 'u', block: 0 },
    { type: 'code', action: 'run', turnId: 't', block: 0 },
    { type: 'code', action: 'apply', turnId: 't', block: -1 },
    { type: 'code', action: 'apply', turnId: 't', block: 0.5 },
    { type: 'code', action: 'toString', turnId: 't', block: 0 },
    { type: 'sibling', turnId: 't', places: 2 },
    { type: 'copyAnswer', turnId: 'u' },
  ])('ignores a message about something that does not exist: %j', async (message) => {
    await page.post(message);
    expect(page.done).toEqual([]);
    expect(clipboard.text).toBe('before');
  });
});

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { settleHiddenCharacters } from '../../../../../src/host/chat/view/hiddenCharacterQuestion';
import { needsQuestion, openLink } from '../../../../../src/host/chat/view/openLink';

const vscode = vi.hoisted(() => ({
  asked: [] as unknown[][],
  opened: [] as string[],
  answer: undefined as string | undefined,
}));

vi.mock('vscode', () => ({
  Uri: { parse: (text: string) => text },
  env: { openExternal: (uri: string) => Promise.resolve(vscode.opened.push(uri) > 0) },
  l10n: { t: (text: string, ...values: string[]) => text.replace(/\{(\d)\}/g, (_, index: string) => values[Number(index)] ?? '') },
  window: {
    showWarningMessage: (...args: unknown[]) => {
      vscode.asked.push(args);
      return Promise.resolve(vscode.answer);
    },
  },
}));

beforeEach(() => {
  vscode.asked.length = 0;
  vscode.opened.length = 0;
  vscode.answer = undefined;
});

describe('text that leaves the page', () => {
  it('goes as it is, and without a question, where all of it is seen', async () => {
    for (const text of ['const a = 1;\n\tb();', '👩‍💻 می‌خواهم', '']) expect(await settleHiddenCharacters(text, 'code')).toBe(text);
    expect(vscode.asked).toEqual([]);
  });

  it('has its hidden characters named in a question, and stays where it is if that is not answered', async () => {
    expect(await settleHiddenCharacters('a\u202Eb\u200B\u202E', 'code')).toBeUndefined();
    expect(vscode.asked).toHaveLength(1);
    expect(vscode.asked[0]?.[0]).toContain('U+200B, U+202E');
    expect(vscode.asked[0]?.[1]).toMatchObject({ modal: true });
  });

  it('goes without them or with them, as the user says', async () => {
    vscode.answer = 'Remove Them';
    expect(await settleHiddenCharacters('a\u202Eb', 'code')).toBe('ab');
    vscode.answer = 'Keep Them';
    expect(await settleHiddenCharacters('a\u202Eb', 'code')).toBe('a\u202Eb');
  });

  it('has few of many named', async () => {
    const many = Array.from({ length: 100 }, (_, index) => String.fromCodePoint(0xe0020 + index)).join('');
    await settleHiddenCharacters(many, 'code');
    expect(String(vscode.asked[0]?.[0]).length).toBeLessThan(120);
  });
});

describe('a link', () => {
  it.each(['https://x.test/a?b=c', 'http://x.test', 'mailto:a@x.test', `https://x.test/${'a'.repeat(500)}`, 'https://localhost.x.test'])(
    'is opened without a question of ours: %s',
    async (href) => {
      await openLink(href);
      expect(vscode.opened).toEqual([href]);
      expect(vscode.asked).toEqual([]);
    },
  );

  it.each([
    'http://localhost:3000/quit',
    'http://LOCALHOST',
    'http://a.localhost/',
    'http://localhost./',
    'http://127.0.0.1:8080/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0.0.0.0/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    `https://x.test/?q=${'a'.repeat(101)}`,
  ])('is opened only when the user says so: %s', async (href) => {
    expect(needsQuestion(href)).toBe(true);
    await openLink(href);
    expect(vscode.opened).toEqual([]);
    vscode.answer = 'Open Address';
    await openLink(href);
    expect(vscode.opened).toEqual([href]);
  });

  it('has nothing in the question that VS Code could take for a link', async () => {
    await openLink('http://localhost/[Repair](command:workbench.action.quit)');
    expect(JSON.stringify(vscode.asked)).not.toMatch(/[[\]()]command|\]\(/);
  });

  it.each(['command:workbench.action.quit', 'file:///etc/passwd', 'vscode://x', 'javascript:alert(1)', 'no address', ''])(
    'is not opened at all: %s',
    async (href) => {
      vscode.answer = 'Open Address';
      await openLink(href);
      expect(vscode.opened).toEqual([]);
      expect(vscode.asked).toEqual([]);
    },
  );
});

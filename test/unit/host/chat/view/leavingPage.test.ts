import { describe, expect, it } from 'vitest';
import { openedAddresses } from '../../../../fixtures/vscode/fakeEnvironment';
import { answerAlways, shown } from '../../../../fixtures/vscode/fakeWindow';
import { settleHiddenCharacters } from '../../../../../src/host/chat/view/hiddenCharacterQuestion';
import { needsQuestion, openLink } from '../../../../../src/host/chat/view/openLink';

describe('settleHiddenCharacters', () => {
  it('returns text without hidden characters unchanged and asks nothing', async () => {
    for (const text of ['const a = 1;\n\tb();', '👩‍💻 می‌خواهم', '']) expect(await settleHiddenCharacters(text, 'code')).toBe(text);
    expect(shown.questions).toEqual([]);
  });

  it('names hidden characters in a question, and returns undefined without an answer', async () => {
    expect(await settleHiddenCharacters('a\u202Eb\u200B\u202E', 'code')).toBeUndefined();
    expect(shown.questions).toHaveLength(1);
    expect(shown.questions[0]?.message).toContain('U+200B, U+202E');
    expect(shown.questions[0]).toMatchObject({ isModal: true });
  });

  it('removes or keeps hidden characters as the user answers', async () => {
    answerAlways('Remove Them');
    expect(await settleHiddenCharacters('a\u202Eb', 'code')).toBe('ab');
    answerAlways('Keep Them');
    expect(await settleHiddenCharacters('a\u202Eb', 'code')).toBe('a\u202Eb');
  });

  it('names only a few of many hidden characters', async () => {
    const many = Array.from({ length: 100 }, (_, index) => String.fromCodePoint(0xe0020 + index)).join('');
    await settleHiddenCharacters(many, 'code');
    expect(String(shown.questions[0]?.message).length).toBeLessThan(120);
  });
});

describe('openLink', () => {
  it.each(['https://x.test/a?b=c', 'http://x.test', 'mailto:a@x.test', `https://x.test/${'a'.repeat(500)}`, 'https://localhost.x.test'])(
    'opens without asking: %s',
    async (href) => {
      await openLink(href);
      expect(openedAddresses).toEqual([href]);
      expect(shown.questions).toEqual([]);
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
  ])('asks before it opens %s', async (href) => {
    expect(needsQuestion(href)).toBe(true);
    await openLink(href);
    expect(openedAddresses).toEqual([]);
    answerAlways('Open Address');
    await openLink(href);
    expect(openedAddresses).toEqual([href]);
  });

  it('shows an address without anything that VS Code could render as a link', async () => {
    await openLink('http://localhost/[Repair](command:workbench.action.quit)');
    expect(JSON.stringify(shown.questions)).not.toMatch(/[[\]()]command|\]\(/);
  });

  it.each(['command:workbench.action.quit', 'file:///etc/passwd', 'vscode://x', 'javascript:alert(1)', 'no address', ''])(
    'never opens %j',
    async (href) => {
      answerAlways('Open Address');
      await openLink(href);
      expect(openedAddresses).toEqual([]);
      expect(shown.questions).toEqual([]);
    },
  );
});

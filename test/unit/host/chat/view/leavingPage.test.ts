import { describe, expect, it } from 'vitest';
import { openedAddresses } from '../../../../fixtures/vscode/fakeEnvironment';
import { answerAlways, shown } from '../../../../fixtures/vscode/fakeWindow';
import { settleHiddenCharacters } from '../../../../../src/host/chat/view/hiddenCharacterQuestion';
import { needsQuestion, openLink } from '../../../../../src/host/chat/view/openLink';

describe('text that leaves the page', () => {
  it('goes as it is, and without a question, where all of it is seen', async () => {
    for (const text of ['const a = 1;\n\tb();', '👩‍💻 می‌خواهم', '']) expect(await settleHiddenCharacters(text, 'code')).toBe(text);
    expect(shown.questions).toEqual([]);
  });

  it('has its hidden characters named in a question, and stays where it is if that is not answered', async () => {
    expect(await settleHiddenCharacters('a\u202Eb\u200B\u202E', 'code')).toBeUndefined();
    expect(shown.questions).toHaveLength(1);
    expect(shown.questions[0]?.message).toContain('U+200B, U+202E');
    expect(shown.questions[0]).toMatchObject({ isModal: true });
  });

  it('goes without them or with them, as the user says', async () => {
    answerAlways('Remove Them');
    expect(await settleHiddenCharacters('a\u202Eb', 'code')).toBe('ab');
    answerAlways('Keep Them');
    expect(await settleHiddenCharacters('a\u202Eb', 'code')).toBe('a\u202Eb');
  });

  it('has few of many named', async () => {
    const many = Array.from({ length: 100 }, (_, index) => String.fromCodePoint(0xe0020 + index)).join('');
    await settleHiddenCharacters(many, 'code');
    expect(String(shown.questions[0]?.message).length).toBeLessThan(120);
  });
});

describe('a link', () => {
  it.each(['https://x.test/a?b=c', 'http://x.test', 'mailto:a@x.test', `https://x.test/${'a'.repeat(500)}`, 'https://localhost.x.test'])(
    'is opened without a question of ours: %s',
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
  ])('is opened only when the user says so: %s', async (href) => {
    expect(needsQuestion(href)).toBe(true);
    await openLink(href);
    expect(openedAddresses).toEqual([]);
    answerAlways('Open Address');
    await openLink(href);
    expect(openedAddresses).toEqual([href]);
  });

  it('has nothing in the question that VS Code could take for a link', async () => {
    await openLink('http://localhost/[Repair](command:workbench.action.quit)');
    expect(JSON.stringify(shown.questions)).not.toMatch(/[[\]()]command|\]\(/);
  });

  it.each(['command:workbench.action.quit', 'file:///etc/passwd', 'vscode://x', 'javascript:alert(1)', 'no address', ''])(
    'is not opened at all: %s',
    async (href) => {
      answerAlways('Open Address');
      await openLink(href);
      expect(openedAddresses).toEqual([]);
      expect(shown.questions).toEqual([]);
    },
  );
});

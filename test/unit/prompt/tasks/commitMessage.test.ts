import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanCommitMessage, commitQuestion, SUBJECT_LENGTH } from '../../../../src/prompt/tasks/commitMessage';

describe('the question for a commit message', () => {
  it('asks in the user’s language for the message alone', () => {
    expect(commitQuestion({ locale: 'en' })).toMatch(
      /^Write the git commit message[^]*at most 72 characters[^]*English\.\nAnswer with the message alone\.$/,
    );
    expect(commitQuestion({ locale: 'zh-cn', words: 'closes #7' })).toMatch(/The user adds: closes #7\n[^]*简体中文/);
  });
});

describe('a cleaned commit message', () => {
  it.each([
    ['Fix the loop', 'Fix the loop'],
    ['  Fix the loop.\n', 'Fix the loop'],
    ['"Fix the loop"', 'Fix the loop'],
    ['`Fix the loop`', 'Fix the loop'],
    ['**Fix the loop**', 'Fix the loop'],
    ['# Fix the loop', 'Fix the loop'],
    ['Commit message: Fix the loop', 'Fix the loop'],
    ['Subject: "Fix the loop"', 'Fix the loop'],
    ['```\nFix the loop\n```', 'Fix the loop'],
    ['```text\nFix the loop\n\nIt never ended.\n```', 'Fix the loop\n\nIt never ended.'],
    ["Here's the commit message:\n\nFix the loop", 'Fix the loop'],
    ['Sure! Here is a commit message for the changes:\n```\nFix the loop\n```\nLet me know if it helps!', 'Fix the loop'],
    ['以下是提交信息：\n修复循环。', '修复循环'],
    ['Fix the loop\nIt never ended.', 'Fix the loop\n\nIt never ended.'],
    ['Fix the loop\r\n\r\n\r\n\r\n- one\r\n- two', 'Fix the loop\n\n- one\n- two'],
    ['fix: commit message: keep its colon', 'fix: commit message: keep its colon'],
    ['Wait for more...', 'Wait for more...'],
    ['', ''],
    ['```\n```', ''],
    ['**Commit message:**\n\nfix: a', 'fix: a'],
    ['## Commit Message\n\nfix: a', 'fix: a'],
    ['Commit Message\n==============\nfix: a', 'fix: a'],
    ['**Suggested commit message**\n\n```\nfix: a\n```', 'fix: a'],
    ['**Commit message:** fix: a', 'fix: a'],
    ['**Subject:** fix: a\n\n**Body:** It was b.', 'fix: a\n\nIt was b.'],
    ['Here is the commit message: fix: a', 'fix: a'],
    ['Sure!\n\nfix: a', 'fix: a'],
    ['Certainly! Based on the diff, I suggest:\n\n> fix: a\n>\n> It was b.', 'fix: a\n\nIt was b.'],
    ['Based on the changes you provided, a suitable message would be:\n\nfix: a', 'fix: a'],
    ['Here is a concise commit message.\n\nfix: a', 'fix: a'],
    ['fix: a\n\nIt was b.\n\nThis commit message follows the conventions of the project.', 'fix: a\n\nIt was b.'],
    ['fix: a\n\n---\n\n**Explanation:** b was wrong.', 'fix: a'],
    ['fix: a\n\nLet me know if you want another one!', 'fix: a'],
    ['fix: a\n\nAlternatively:\n\nfix: b', 'fix: a'],
    ['The diff changes a.\n\nSuggested message:\n\n```text\nfix: a\n```\n\nIt is short.', 'fix: a'],
    ['fix: a\n```', 'fix: a'],
    ['<commit_message>\nfix: a\n</commit_message>', 'fix: a'],
    ['git commit -m "fix: a"', 'fix: a'],
    ['**fix(b):** keep a', 'fix(b): keep a'],
    ['~~~\nfix: a\n~~~', 'fix: a'],
    ['```gitcommit\nfix: a\n\n- one\n- two\n```', 'fix: a\n\n- one\n- two'],
    ['“fix: a”', 'fix: a'],
    ['**提交信息：**\n\nfix: 修复循环', 'fix: 修复循环'],
    ['## 提交信息\n\n修复循环', '修复循环'],
    ['建议的提交信息如下：\n```\nfix: 修复循环\n```\n说明：该提交修复了循环。', 'fix: 修复循环'],
    ['好的，根据您提供的更改，提交信息如下：\n\nfix: 修复循环', 'fix: 修复循环'],
    ['标题：修复循环\n\n正文：它从不结束。', '修复循环\n\n它从不结束。'],
    ['fix: 修复循环\n\n希望这对你有帮助！', 'fix: 修复循环'],
    ['以下是提交信息：「修复循环」', '修复循环'],
    ['Looking at the diff, I can see these changes:\n\n- a\n- b\n\nfix(b): keep a\n\nIt was lost.', 'fix(b): keep a\n\nIt was lost.'],
    ['Here is the commit message:\n\nAdd retries\n\ndocs: mention the limit', 'Add retries\n\ndocs: mention the limit'],
    ['```fix: a```', 'fix: a'],
    ['```fix: a\n\nIt was b.\n```', 'fix: a\n\nIt was b.'],
    ['========Commit Summary========\n\nAdd a\n\n- b\n\n==============================', 'Add a\n\n- b'],
    ['fix: a\n------\n\nIt was b.', 'fix: a\n\nIt was b.'],
    ['Fix the following:\n- a\n- b', 'Fix the following:\n\n- a\n- b'],
    ['Add a commit message template', 'Add a commit message template'],
    ['feat: 提交信息支持中文', 'feat: 提交信息支持中文'],
    ['Note that a is b\n\nOr c is d.', 'Note that a is b\n\nOr c is d.'],
    ['docs: add a fence\n\n```sh\nnpm test\n```\n\nRun it.', 'docs: add a fence\n\n```sh\nnpm test\n```\n\nRun it.'],
    ['<think>\nx\n</think>\n\nAdd a limit', 'Add a limit'],
    ['<think>\n```\nfix: b\n```\n</think>\n\nfix: a\n```', 'fix: a'],
    ['The user wants a message.\n</think>\n\nAdd a limit', 'Add a limit'],
    ['<|channel|>analysis<|message|>x<|end|><|start|>assistant<|channel|>final<|message|>Add a limit', 'Add a limit'],
    ['<think>\nIt goes on', ''],
    ['Add a \u001b[8mhidden\u001b[0m limit', 'Add a hidden limit'],
    ['\u001b]0;owned\u0007Add a limit', 'Add a limit'],
    ['Add\u202E a\u2066 limit\u{E0041}\u{E0042}', 'Add a limit'],
    ['\uFEFFAdd a limit', 'Add a limit'],
    ['feat: 👩‍💻 می‌خواهم', 'feat: 👩‍💻 می‌خواهم'],
    ['Add a\tlimit\n\nSo:\n\tcode', 'Add a limit\n\nSo:\n code'],
    ['Add a \u001b]0;limit', 'Add a ]0;limit'],
  ])('of %j is %j', (answer, message) => {
    expect(cleanCommitMessage(answer)).toBe(message);
  });

  it('moves what is too long for the subject into the body, between words', () => {
    const message = cleanCommitMessage(`${'word '.repeat(20)}end\n\nBody.`);
    const [subject = '', empty, rest] = message.split('\n');
    expect(subject).toMatch(/^(word )+word$/);
    expect(empty).toBe('');
    expect(rest).toMatch(/^…(word )+end$/);
    expect(message.endsWith('\n\nBody.') || message.endsWith('\nBody.')).toBe(true);
  });

  it('cuts a subject between characters as people see them', () => {
    const [subject = '', , rest = ''] = cleanCommitMessage(`Add ${'👨‍👩‍👧‍👦'.repeat(80)}`).split('\n');
    expect(subject).toBe(`Add ${'👨‍👩‍👧‍👦'.repeat(68)}`);
    expect(rest).toBe(`…${'👨‍👩‍👧‍👦'.repeat(12)}`);
  });

  it('has no control, format or direction character, whichever it is', () => {
    for (let code = 0; code <= 0xe0fff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const character = String.fromCodePoint(code);
      if (!/[\p{Cc}\p{Cf}\p{Bidi_Control}]/u.test(character)) continue;
      const message = cleanCommitMessage(`Add${character}a\n\nb${character}c`);
      expect(message.replaceAll('\n', ''), `U+${code.toString(16)}`).not.toMatch(/[\p{Cc}\p{Cf}\p{Bidi_Control}]/u);
      expect(message.startsWith('Add')).toBe(true);
    }
  });

  it('never has a long subject, a fence or a text glued to the subject, whatever the model wrote', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (answer) => {
        const [subject = '', empty = ''] = cleanCommitMessage(answer).split('\n');
        expect(Array.from(subject).length).toBeLessThanOrEqual(SUBJECT_LENGTH);
        expect(empty).toBe('');
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanCommitMessage, commitQuestion, SUBJECT_LENGTH } from '../../../src/prompt/commit';

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

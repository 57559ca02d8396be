import { describe, expect, it } from 'vitest';
import { explainQuestion } from '../../../../src/prompt/tasks/explainQuestion';
import { strip } from '../../../../src/util/text/strip';
import { BRIEF_SYSTEM_TEXT, resolveSystemText, SAFE_SYSTEM_TEXT } from '../../../../src/prompt/chat/systemPrompt';

describe('system texts', () => {
  it('are those of the choice', () => {
    expect(resolveSystemText('safe', 'mine')).toBe(SAFE_SYSTEM_TEXT);
    expect(resolveSystemText('brief', 'mine')).toBe(BRIEF_SYSTEM_TEXT);
    expect(resolveSystemText('none', 'mine')).toBe('');
    expect(resolveSystemText('own', 'mine')).toBe('mine');
  });

  it("keep the two spaces of Meta's default", () => {
    expect(SAFE_SYSTEM_TEXT).toContain('while being safe.  Your answers');
    expect(SAFE_SYSTEM_TEXT).toHaveLength(508);
  });
});

describe('the question for an explanation', () => {
  it('names the language of the code and asks for the language of the answer', () => {
    expect(explainQuestion({ language: 'python', locale: 'en' })).toMatch(/^Explain the selected python code\.[^]*Answer in English\.$/);
    expect(explainQuestion({ language: 'plaintext', locale: 'zh-cn' })).toMatch(/^Explain the selected text\.[^]*简体中文/);
  });
});

describe('strip', () => {
  it("is Python's, not JavaScript's", () => {
    expect(strip('\x1c\u0085 a b \u3000\n')).toBe('a b');
    expect(strip('\ufeffa\ufeff')).toBe('\ufeffa\ufeff');
    expect(strip(' \n ')).toBe('');
  });
});

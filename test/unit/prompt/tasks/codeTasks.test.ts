import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildChatPrompt, chatPrefix } from '../../../../src/prompt/chat/chatPrompt';
import { commitQuestion } from '../../../../src/prompt/tasks/commitMessage';
import { editQuestion } from '../../../../src/prompt/tasks/editInstruction';
import { BRIEF_SYSTEM_TEXT } from '../../../../src/prompt/chat/systemPrompt';
import { codeTasks, taskQuestion } from '../../../../src/prompt/tasks/codeTasks';
import { anyText, fileBlock, layouts } from '../arbitraries';
import { llamaTokenizerWith, WordTokenizer } from '../tokenizers';

const budget = { contextTokens: 4096, reserveTokens: 1024 };
const selection = { startLine: 2, endLine: 3, text: 'return a;' };
const input = { language: 'typescript', locale: 'en' } as const;

/** Everything Paddock asks about a file by itself, with the user's words `words` in it. */
function questions(words: string): readonly string[] {
  const problems = [{ line: 2, message: words }];
  return [
    ...codeTasks.flatMap((task) => [taskQuestion(task, { ...input, words, problems }), taskQuestion(task, { ...input, locale: 'zh-cn' })]),
    editQuestion({ instruction: words === '' ? 'x' : words, language: 'typescript', insertAt: undefined }),
    commitQuestion({ locale: 'en', words }),
  ];
}

describe('the commands of one file', () => {
  it.each(layouts)('share every token up to the end of the file: $name', async ({ format, tokenizer }) => {
    await fc.assert(
      fc.asyncProperty(fileBlock, anyText, async (file, words) => {
        const prefix = await chatPrefix({ system: BRIEF_SYSTEM_TEXT, history: [], file }, format, tokenizer, budget);
        for (const text of questions(words)) {
          const user = { text, file, selection };
          const { tokens } = await buildChatPrompt({ system: BRIEF_SYSTEM_TEXT, history: [], user }, format, tokenizer, budget);
          expect(tokens.slice(0, prefix.length)).toEqual(prefix);
        }
      }),
      { numRuns: 10 },
    );
  });

  it('share the system text and the whole file, and nothing of the selection', async () => {
    const tokenizer = new WordTokenizer();
    const file = { path: 'a.ts', language: 'typescript', text: 'first line\nlast line' };
    const prefix = tokenizer.decode(await chatPrefix({ system: 'Be brief.', history: [], file }, { kind: 'base' }, tokenizer, budget));
    expect(prefix).toMatch(/^Be brief\.[^]*File a\.ts:\n```typescript\nfirst line\nlast line\n```/);
    expect(prefix).not.toContain('Selected');
  });

  it('leave most of a small context to the code', () => {
    const tokenizer = llamaTokenizerWith();
    for (const text of questions('')) expect(tokenizer.encode(text).length).toBeLessThan(130);
  });
});

describe('a task', () => {
  it('says what to do with which code, the user’s own words, and the language of the answer, in this order', () => {
    expect(taskQuestion('doc', { ...input, words: ' briefly ' })).toMatch(
      /^Write the documentation comment for the selected typescript code\.\n[^]*\nThe user adds: briefly\nAnswer in English\.$/,
    );
    expect(taskQuestion('tests', { language: 'plaintext', locale: 'zh-cn' })).toMatch(
      /^Write unit tests for the selected text\.[^]*简体中文/,
    );
    expect(taskQuestion('refactor', input)).not.toContain('The user adds');
  });

  it('cuts the message of a problem between characters', () => {
    for (const more of ['', 'x']) {
      const problems = [{ line: 1, message: `${more}${'🙂'.repeat(500)}` }];
      const line =
        taskQuestion('fix', { ...input, problems })
          .split('\n')
          .find((each) => each.startsWith('- line 1')) ?? '';
      expect(line).toMatch(/🙂…$/u);
    }
  });

  it('names the problems for a fix: a few, each on one line and not endless', () => {
    const problems = Array.from({ length: 20 }, (_, index) => ({ line: index + 1, message: `bad\n- line 99: ${'x'.repeat(1000)}` }));
    const lines = taskQuestion('fix', { ...input, problems }).split('\n');
    const named = lines.filter((line) => line.startsWith('- line'));
    expect(named).toHaveLength(8);
    expect(named[0]).toMatch(/^- line 1: bad - line 99: x+…$/);
    expect(Math.max(...named.map((line) => line.length))).toBeLessThan(320);
    expect(taskQuestion('fix', input)).not.toContain('reported');
  });
});

describe('the question for an edit in place', () => {
  it('rewrites what is selected, or writes what is to stand on an empty line', () => {
    const edit = { instruction: ' add a guard ', language: 'go' };
    expect(editQuestion({ ...edit, insertAt: undefined })).toMatch(/^Rewrite the selected lines: add a guard\n/);
    expect(editQuestion({ ...edit, insertAt: 7 })).toMatch(/^Write the go code that is to stand on line 7 of the file: add a guard\n/);
  });
});

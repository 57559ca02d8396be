// @vitest-environment jsdom
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeBlocksOf } from '../../../../../src/host/chat/view/codeBlockActions';
import { AnswerBody } from '../../../../../webview/chat/answer/answerBody';
import { fakeContext } from '../../../webview/viewSamples';

describe('codeBlocksOf', () => {
  it('returns the code, the info string and the line before of each block', () => {
    const answer = 'Change `src/a.ts`:\n\n```ts title="src/a.ts"\nconst a = 1;\n```\n\nThen\n~~~\nplain\n~~~\n';
    expect(codeBlocksOf(answer)).toEqual([
      { code: 'const a = 1;', info: 'ts title="src/a.ts"', before: 'Change `src/a.ts`:', complete: true },
      { code: 'plain', info: '', before: 'Then', complete: true },
    ]);
  });

  it('finds blocks in lists and quotes, and indented blocks', () => {
    const answer = '1. Do:\n   ```python\n   x = 1\n   ```\n\n> ```\n> y\n> ```\n\nThis:\n\n    z\n\nEnd.';
    expect(codeBlocksOf(answer).map(({ code, complete }) => [code, complete])).toEqual([
      ['x = 1', true],
      ['y', true],
      ['z', true],
    ]);
  });

  it('marks a block as complete when its end is written', () => {
    expect(codeBlocksOf('```ts\nconst a').map(({ complete }) => complete)).toEqual([false]);
    expect(codeBlocksOf('```ts\n').map(({ complete }) => complete)).toEqual([false]);
    expect(codeBlocksOf('```ts\nconst a\n\n').map(({ complete }) => complete)).toEqual([false]);
    expect(codeBlocksOf('```ts\n```\n').map(({ complete }) => complete)).toEqual([true]);
    expect(codeBlocksOf('```ts\nconst a\n```').map(({ complete }) => complete)).toEqual([true]);
    expect(codeBlocksOf('````ts\nconst a\n```').map(({ complete }) => complete)).toEqual([false]);
  });

  it('does not take the end of another block for the line before', () => {
    expect(codeBlocksOf('```\na\n```\n```\nb\n```\n').map(({ before }) => before)).toEqual(['', '']);
  });

  it('returns a README with nested fences as one block', () => {
    const readme = '# A\n```bash\nnpm i\n```\nMore.';
    expect(codeBlocksOf(`Here:\n\`\`\`markdown\n${readme}\n\`\`\`\nThat is all.`)).toEqual([
      { code: readme, info: 'markdown', before: 'Here:', complete: true },
    ]);
    expect(codeBlocksOf(`\`\`\`markdown\n${readme}`)).toEqual([{ code: readme, info: 'markdown', before: '', complete: false }]);
  });

  it('skips blocks inside the model’s thoughts', () => {
    const thought = 'I try\n```js\nold();\n```\n';
    const blocks = [{ code: 'new();', info: 'js', before: '', complete: true }];
    expect(codeBlocksOf(`<think>\n${thought}</think>\n\`\`\`js\nnew();\n\`\`\``)).toEqual(blocks);
    expect(codeBlocksOf(`${thought}</think>\n\`\`\`js\nnew();\n\`\`\``)).toEqual(blocks);
    expect(codeBlocksOf(`<think>\n${thought}`)).toEqual([]);
  });

  const piece = fc.constantFrom(
    ...[
      'a',
      '\n',
      '\n\n',
      '# h\n',
      '- ',
      '1. ',
      '    ',
      '> ',
      '```',
      '```ts\n',
      '~~~\n',
      '| a |\n|--|\n',
      '\r\n',
      '\t',
      '<b>\n',
      'const a;\n',
    ],
    ...['$x', '$', '\\(', '\\)', '[x]: y\n', '[x]: https://x.test\n', '\\[\n', '\\]\n', '$$\n', '=\n'],
    ...['```md\n', '```\n', '````\n', '```README.md\n', '   ```\n', '~~~md\n', '<think>', '</think>', '\n<think>\n', '</think>\n'],
  );

  it('returns the same blocks in the same order as the page', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const answer = pieces.join('');
        const body = new AnswerBody(fakeContext());
        body.update(answer, false);
        const shown = Array.from(body.element.querySelectorAll('.code-block:not(.thought, .thought *) pre'), (block) => block.textContent);
        expect(codeBlocksOf(answer).map(({ code }) => code)).toEqual(shown);
      }),
      { numRuns: 300 },
    );
  });
});

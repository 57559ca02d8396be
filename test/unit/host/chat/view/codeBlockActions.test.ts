// @vitest-environment jsdom
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeBlocksOf } from '../../../../../src/host/chat/view/codeBlockActions';
import { AnswerBody } from '../../../../../webview/chat/answer/answerBody';
import { fakeContext } from '../../../webview/viewSamples';

describe('the code blocks of an answer', () => {
  it('have their code, what is on the fence, and the line before', () => {
    const answer = 'Change `src/a.ts`:\n\n```ts title="src/a.ts"\nconst a = 1;\n```\n\nThen\n~~~\nplain\n~~~\n';
    expect(codeBlocksOf(answer)).toEqual([
      { code: 'const a = 1;', info: 'ts title="src/a.ts"', before: 'Change `src/a.ts`:', complete: true },
      { code: 'plain', info: '', before: 'Then', complete: true },
    ]);
  });

  it('stand in lists and quotes too, and may be indented only', () => {
    const answer = '1. Do:\n   ```python\n   x = 1\n   ```\n\n> ```\n> y\n> ```\n\nThis:\n\n    z\n\nEnd.';
    expect(codeBlocksOf(answer).map(({ code, complete }) => [code, complete])).toEqual([
      ['x = 1', true],
      ['y', true],
      ['z', true],
    ]);
  });

  it('are complete when their end is written', () => {
    expect(codeBlocksOf('```ts\nconst a').map(({ complete }) => complete)).toEqual([false]);
    expect(codeBlocksOf('```ts\n').map(({ complete }) => complete)).toEqual([false]);
    expect(codeBlocksOf('```ts\nconst a\n\n').map(({ complete }) => complete)).toEqual([false]);
    expect(codeBlocksOf('```ts\n```\n').map(({ complete }) => complete)).toEqual([true]);
    expect(codeBlocksOf('```ts\nconst a\n```').map(({ complete }) => complete)).toEqual([true]);
    expect(codeBlocksOf('````ts\nconst a\n```').map(({ complete }) => complete)).toEqual([false]);
  });

  it('know no other block’s end for the line before', () => {
    expect(codeBlocksOf('```\na\n```\n```\nb\n```\n').map(({ before }) => before)).toEqual(['', '']);
  });

  it('hold a whole README', () => {
    const readme = '# A\n```bash\nnpm i\n```\nMore.';
    expect(codeBlocksOf(`Here:\n\`\`\`markdown\n${readme}\n\`\`\`\nThat is all.`)).toEqual([
      { code: readme, info: 'markdown', before: 'Here:', complete: true },
    ]);
    expect(codeBlocksOf(`\`\`\`markdown\n${readme}`)).toEqual([{ code: readme, info: 'markdown', before: '', complete: false }]);
  });

  it('are none that the model only thought', () => {
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

  it('are the ones the page shows, in the same order', () => {
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

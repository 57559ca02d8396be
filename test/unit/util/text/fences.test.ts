import { describe, expect, it } from 'vitest';
import { fenceFor, findFenceEnd, parseOpeningFence, type FenceEnd, type FenceLine } from '../../../../src/util/text/fences';

/** The end of the block that the first of `lines` opens. */
function endOf(lines: readonly string[]): FenceEnd {
  const lineAt = (at: number): FenceLine | undefined => {
    const line = lines[at];
    return line === undefined ? undefined : { indent: line.length - line.trimStart().length, text: line.trimStart() };
  };
  const fence = parseOpeningFence(lineAt(0) ?? { indent: 0, text: '' });
  if (fence === undefined) throw new Error('no fence');
  return findFenceEnd(lineAt, 0, fence, lines.length);
}

describe('the end of a block of Markdown', () => {
  it.each<[string, readonly string[], number]>([
    ['an inner block with a language', ['```markdown', '# A', '```bash', 'npm i', '```', 'More.', '```', 'End.'], 6],
    ['two inner blocks', ['```md', '```sh', 'a', '```', '```js', 'b', '```', '```'], 7],
    ['an inner block that ends it', ['```md', '# A', '```sh', 'a', '```', '```', '', 'End.'], 5],
    ['an inner block without a language', ['```md', '# A', '', '```', 'src/', '  a', '```', '', '## B', '```', ''], 9],
    ['the same in front of a heading', ['```md', '```', 'src/', '```', '## B', '```'], 5],
    ['the same at the end', ['```md', '# A', '```', 'src/', '```', '```'], 5],
    ['inner blocks in a list', ['```md', '1. Run', '   ```', '   a', '   ```', '2. Go', '```', 'End.'], 6],
    ['a name for a language', ['```README.md', '```sh', 'a', '```', '```'], 4],
    ['a title', ['```markdown title="README.md"', '```sh', 'a', '```', '```'], 4],
    ['Markdown in Markdown', ['```md', '```md', '```sh', 'a', '```', '```', '```'], 6],
    ['a longer inner fence', ['```md', '````js', '```', '````', '```'], 4],
    ['a longer outer fence', ['````md', '```js', 'a', '```', '````'], 4],
    ['tildes', ['~~~md', '~~~js', 'a', '~~~', '~~~'], 4],
    ['tildes within backticks', ['```md', '~~~', '```js', '~~~', 'a', '```', '```'], 6],
    ['code spans that look like a fence', ['```md', '```js``` is a span', '```'], 2],
    ['words behind a fence', ['```md', '``` (end)', '```'], 2],
  ])('is its own, with %s', (_name, lines, line) => {
    expect(endOf(lines)).toMatchObject({ line, closed: true });
  });

  it.each<[string, readonly string[], number]>([
    ['prose follows at once and a block without a language after it', ['```md', '# A', '```', 'Run it so:', '```', 'npm i', '```'], 2],
    ['prose and a block with a language follow', ['```md', '# A', '```', 'Run it so:', '```sh', 'npm i', '```'], 2],
    ['an empty line follows', ['```md', '# A', '```', '', 'Run it so:', '', '```', 'npm i', '```'], 2],
    ['nothing follows', ['```md', '# A', '```'], 2],
  ])('is the first bare fence where %s', (_name, lines, line) => {
    expect(endOf(lines)).toMatchObject({ line, closed: true });
  });

  it('is the text’s while it is still to be written', () => {
    expect(endOf(['```md', '```sh', 'a', '```', 'b'])).toEqual({ line: 5, closed: false, decided: true });
  });
});

describe('the end of a block of code', () => {
  it.each<[string, readonly string[], number]>([
    ['the first bare fence', ['```js', 'a', '```', 'b', '```'], 2],
    ['its own with a prompt in it', ['```python', 'P = """', '```json', '{}', '```', '"""', '```', '', 'End.'], 6],
    ['the inner one where the model forgot it', ['```python', 'a', '', '```sh', 'b', '```', '', 'Then', '', '```', 'c', '```'], 5],
    ['the inner one where another language follows', ['```python', 'a', '```sh', 'b', '```', 'Then', '```js', 'c', '```'], 4],
    ['none of another kind', ['```js', '~~~', '```'], 2],
    ['none that is shorter', ['````js', '```', '````'], 2],
    ['none that is further in than three', ['```js', '    ```', '```'], 2],
  ])('is %s', (_name, lines, line) => {
    expect(endOf(lines)).toMatchObject({ line, closed: true });
  });
});

describe('whether later lines can move an end', () => {
  it.each<[string, readonly string[], boolean]>([
    ['not where it is a block of code', ['```js', 'a', '```', 'b'], true],
    ['not behind an empty line', ['```md', 'a', '```', '', 'b'], true],
    ['as long as only a line follows', ['```md', 'a', '```', 'b'], false],
    ['as long as nothing follows', ['```md', 'a', '```'], false],
    ['not when the next fence has a language', ['```md', 'a', '```', 'b', '```js', 'c'], true],
    ['not behind a long text', ['```md', 'a', '```', ...Array.from({ length: 90 }, () => 'b')], true],
  ])('is so %s', (_name, lines, decided) => {
    expect(endOf(lines).decided).toBe(decided);
  });

  it('is told truly: where they cannot, no line moves it', () => {
    const choices = ['a', '', '```', '```js', '## b', '   ```'];
    const texts = (length: number): readonly (readonly string[])[] =>
      length === 0 ? [[]] : texts(length - 1).flatMap((text) => choices.map((line) => [...text, line]));
    for (const text of texts(4)) {
      const lines = ['```md', 'a', '```', ...text];
      const { decided, line } = endOf(lines);
      // The last line may still be growing, so that it counts as none.
      if (decided && line < lines.length - 1) for (const more of choices) expect(endOf([...lines, more]).line, lines.join('\n')).toBe(line);
    }
  });
});

describe('fenceFor', () => {
  it.each([
    ['plain text', '```'],
    ['with `code`', '```'],
    ['```ts\na\n```', '````'],
    ['one ````` two ```', '``````'],
  ])('of %j is %s', (text, fence) => {
    expect(fenceFor(text)).toBe(fence);
  });
});

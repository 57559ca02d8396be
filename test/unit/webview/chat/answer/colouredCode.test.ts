// @vitest-environment jsdom
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWellFormed } from '../../../../fixtures/astralText';
import { ColouredCode, countCommonNodes } from '../../../../../webview/chat/answer/colouredCode';

/** A clock that a test moves; each look at it takes a millisecond, so that work has a cost. */
class Clock {
  time = 0;
  readonly now = (): number => this.time++;
}

function whole(code: string, language: string): string {
  const made = new ColouredCode();
  made.update(code, language, false);
  return made.element.innerHTML;
}

/** What was put off to a task of its own, which a test has come. */
class Tasks {
  private waiting: (() => void)[] = [];
  readonly later = (action: () => void): void => void this.waiting.push(action);

  run(): void {
    for (const action of this.waiting.splice(0)) action();
  }
}

const piece = fc.constantFrom(
  ...[
    'const a = 1;',
    '\n',
    ' ',
    '"',
    "'",
    '`',
    '${',
    '}',
    '/*',
    '*/',
    '//',
    'class A {',
    '<b>',
    '&',
    'function f(',
    ')',
    '<div class="x">',
    '\t',
  ],
  ...['import x', '# h', 'def f():', '"""', '\u0000', '人', '</script>', '<!--', '-->', '=>', '/x/g'],
);
const language = fc.constantFrom('ts', 'html', 'python', 'bash', 'markdown', 'nolang', '');
const line = 'const value = compute("text", 42); // note\n';

describe('code in colours', () => {
  it('is, while it grows, what the whole of it gives', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), language, (pieces, name) => {
        const growing = new ColouredCode();
        let code = '';
        for (const next of pieces) {
          code += next;
          growing.update(code, name, true);
          expect(growing.element.innerHTML).toBe(whole(code, name));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('shows every letter at once, and colours long code again only after a rest', () => {
    const clock = new Clock();
    const tasks = new Tasks();
    const growing = new ColouredCode(clock.now, undefined, tasks.later);
    const start = line.repeat(60);
    growing.update(start, 'ts', true);
    const coloured = growing.element.querySelectorAll('.hljs-keyword').length;
    expect(coloured).toBe(60);
    growing.update(start + line, 'ts', true);
    expect(growing.element.textContent).toBe(start + line);
    expect(growing.element.querySelectorAll('.hljs-keyword')).toHaveLength(60);
    clock.time += 1000;
    growing.update(start + line, 'ts', true);
    // Not in the frame that shows the letters.
    expect(growing.element.querySelectorAll('.hljs-keyword')).toHaveLength(60);
    growing.update(start + line + 'const', 'ts', true);
    tasks.run();
    expect(growing.element.querySelectorAll('.hljs-keyword')).toHaveLength(62);
    expect(growing.element.textContent).toBe(start + line + 'const');
  });

  it('has all its colours when it has ended, however soon', () => {
    const clock = new Clock();
    const tasks = new Tasks();
    const growing = new ColouredCode(clock.now, undefined, tasks.later);
    const code = line.repeat(60);
    growing.update(code, 'ts', true);
    growing.update(code + line, 'ts', true);
    growing.update(code + line, 'ts', false);
    tasks.run();
    expect(growing.element.innerHTML).toBe(whole(code + line, 'ts'));
    // Nothing is left over for what takes its place.
    growing.update('other', 'nolang', true);
    tasks.run();
    expect(growing.element.innerHTML).toBe('other');
  });

  it('keeps the nodes that have not changed', () => {
    const growing = new ColouredCode();
    growing.update(line, 'ts', true);
    const before = [...growing.element.childNodes].slice(0, 4);
    growing.update(line + line, 'ts', true);
    expect([...growing.element.childNodes].slice(0, 4)).toEqual(before);
    for (const [index, node] of before.entries()) expect(growing.element.childNodes[index]).toBe(node);
  });

  it('keeps code of a language it does not know in one node', () => {
    const growing = new ColouredCode();
    growing.update('a', 'nolang', true);
    const node = growing.element.firstChild;
    growing.update('ab', 'nolang', true);
    expect(growing.element.firstChild).toBe(node);
    expect(growing.element.childNodes).toHaveLength(1);
  });

  it('leaves what is too long plain, and shows it', () => {
    const made = new ColouredCode(() => 0, { short: 10, longest: 60 });
    const code = line.repeat(3);
    made.update(code, 'ts', false);
    expect(made.element.textContent).toBe(code);
    expect(made.element.querySelectorAll('.hljs-keyword')).toHaveLength(2);
    expect(made.element.lastChild?.nodeType).toBe(Node.TEXT_NODE);
  });
});

describe('what two pieces of highlighted HTML have in common', () => {
  it.each([
    ['', 'abc', 0, 0],
    ['abc', 'abcd', 0, 0],
    ['abc', 'abc', 1, 3],
    ['a<span>b</span>', 'a<span>b</span>c', 2, 15],
    ['a<span>b</span>c', 'a<span>b</span>cd', 2, 15],
    ['a<span>b</span>', 'a<span>bc</span>', 1, 1],
    ['a<span>b</span>', 'ab<span>b</span>', 0, 0],
    ['<span><span>a</span>b</span>c<span>d</span>', '<span><span>a</span>b</span>c<span>e</span>', 2, 29],
  ])('of %j and %j', (before, after, nodes, offset) => {
    expect(countCommonNodes(before, after)).toEqual({ nodes, offset });
  });
});

describe('code that is too long for colours', () => {
  it('is split between characters, and no half of one is shown', () => {
    const limits = { short: 10, longest: 20 };
    const code = `// ${'🙂'.repeat(40)}`;
    let time = 0;
    const made = new ColouredCode(() => time++, limits);
    made.update(code, 'ts', false);
    expect(made.element.textContent).toBe(code);
    const walker = document.createTreeWalker(made.element, NodeFilter.SHOW_TEXT);
    const texts: string[] = [];
    while (walker.nextNode() !== null) texts.push(walker.currentNode.textContent ?? '');
    expect(texts.length).toBeGreaterThan(1);
    expect(texts.filter((text) => !isWellFormed(text))).toEqual([]);
  });
});

// @vitest-environment jsdom
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { morph } from '../../../../../webview/chat/answer/morph';

function made(html: string): HTMLElement {
  const root = document.createElement('div');
  root.innerHTML = html;
  return root;
}

function morphed(root: HTMLElement, html: string): HTMLElement {
  morph(root, made(html), () => false);
  return root;
}

const tree = fc.letrec<{ node: string; list: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom('a', 'b ', 'ab', '<br>'),
    tie('list').map((inside) => `<p>${inside}</p>`),
    tie('list').map((inside) => `<em class="x">${inside}</em>`),
    tie('list').map((inside) => `<em>${inside}</em>`),
  ),
  list: fc.array(tie('node'), { maxLength: 4 }).map((nodes) => nodes.join('')),
})).list;

describe('morphing', () => {
  it('gives what was wanted, whatever was there', () => {
    fc.assert(
      fc.property(tree, tree, (before, after) => {
        expect(morphed(made(before), after).innerHTML).toBe(made(after).innerHTML);
      }),
    );
  });

  it('keeps what is the same, and the elements and text that only grow', () => {
    const root = made('<ul><li>one</li><li>tw</li></ul>');
    const nodes = [...root.querySelectorAll('*')];
    const text = nodes[2]?.firstChild;
    morphed(root, '<ul><li>one</li><li>two</li><li>three</li></ul>');
    expect(root.innerHTML).toBe('<ul><li>one</li><li>two</li><li>three</li></ul>');
    expect([...root.querySelectorAll('*')].slice(0, 3)).toEqual(nodes);
    expect(root.querySelectorAll('li')[1]?.firstChild).toBe(text);
  });

  it('leaves alone what the caller knows to be the same', () => {
    const root = made('<div class="mine">x</div>');
    const mine = root.firstChild;
    const wanted = made('<div></div>');
    const standIn = wanted.firstChild;
    morph(root, wanted, (existing, node) => existing === mine && node === standIn);
    expect(root.firstChild).toBe(mine);
  });
});

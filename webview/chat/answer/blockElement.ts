import { mayHaveHiddenCharacters, showHiddenCharacters } from '../../../src/util/text/hiddenCharacters';
import type { BlockContent } from './markdown';
import { sanitize } from './sanitize';
import { CodeBlock } from './codeBlockElement';
import type { Context } from '../chatContext';
import { element } from '../../shared/dom';
import { morph } from './morph';

export interface ShownBlock {
  readonly content: BlockContent;
  /** The block is a part of the model's thoughts. */
  readonly isThought: boolean;
}

/** A top-level block of an answer on the page. */
export interface BlockElement {
  readonly element: HTMLElement;
  /**
   * Shows `block`. Does nothing and returns `false` for a block of another kind.
   * @param open more of the block is to come
   */
  update(block: ShownBlock, open: boolean): boolean;
}

export function createBlock(block: ShownBlock, open: boolean, context: Context): BlockElement {
  const made = block.content.kind === 'code' ? new Code(context, block.isThought) : new Prose(context, block.isThought);
  made.update(block, open);
  if (block.isThought) made.element.classList.add('thought');
  return made;
}

class Code implements BlockElement {
  readonly element: HTMLElement;
  private readonly block: CodeBlock;

  constructor(
    context: Context,
    private readonly isThought: boolean,
  ) {
    this.block = new CodeBlock(context, !isThought);
    this.element = this.block.element;
  }

  update({ content, isThought }: ShownBlock, open: boolean): boolean {
    if (content.kind !== 'code' || isThought !== this.isThought) return false;
    this.block.update(content.code, content.language, open);
    return true;
  }
}

/**
 * Any block but a top-level code block. Only changed nodes are replaced: while a long list grows, its first items stay the same elements.
 */
class Prose implements BlockElement {
  readonly element = element('div', { class: 'block', attributes: { dir: 'auto' } });
  private html = '';
  private open = false;
  /** Code blocks inside lists and quotes, in order. */
  private fences: CodeBlock[] = [];

  constructor(
    private readonly context: Context,
    private readonly isThought: boolean,
  ) {}

  update({ content, isThought }: ShownBlock, open: boolean): boolean {
    if (content.kind !== 'html' || isThought !== this.isThought) return false;
    if (content.html !== this.html || open !== this.open) this.render(content.html, open);
    this.html = content.html;
    this.open = open;
    return true;
  }

  private render(html: string, open: boolean): void {
    const fragment = sanitize(html);
    const fences = this.takeFences(fragment, open);
    if (mayHaveHiddenCharacters(html)) markHiddenCharacters(fragment);
    // Code is left to right in any prose. With a direction of its own, it does not count when the browser detects the prose's direction.
    for (const code of fragment.querySelectorAll('code')) code.dir = 'ltr';
    morph(this.element, fragment, (existing, wanted) => fences.get(wanted)?.element === existing);
    for (const [standIn, { element: fence }] of fences)
      if (this.element.contains(standIn)) standIn.parentNode?.replaceChild(fence, standIn);
    this.fences = [...fences.values()];
  }

  /**
   * Replaces each code block in `fragment` by a stand-in, and maps the stand-ins to the blocks on the page. A block that is moved would
   * lose its focus and its selection.
   */
  private takeFences(fragment: DocumentFragment, open: boolean): ReadonlyMap<Node, CodeBlock> {
    const found = [...fragment.querySelectorAll('pre')].map((pre, index): readonly [Node, CodeBlock] => {
      const block = this.fences[index] ?? new CodeBlock(this.context, !this.isThought);
      const code = (pre.textContent || '').replace(/\n$/, '');
      const language = /(?:^|\s)language-(\S+)/.exec(pre.querySelector('code')?.className ?? '')?.[1] ?? '';
      block.update(code, language, open);
      const standIn = element('div');
      pre.replaceWith(standIn);
      return [standIn, block];
    });
    return new Map(found);
  }
}

function markHiddenCharacters(fragment: DocumentFragment): void {
  const texts = document.createTreeWalker(fragment, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
    const isCode = text.parentElement?.closest('code') != null;
    text.nodeValue = showHiddenCharacters(text.nodeValue ?? '', isCode ? 'code' : 'prose');
  }
}

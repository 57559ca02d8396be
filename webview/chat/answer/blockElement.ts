import { mayHaveHiddenCharacters, showHiddenCharacters } from '../../../src/util/text/hiddenCharacters';
import type { BlockContent } from './markdown';
import { sanitize } from './sanitize';
import { CodeBlock } from './codeBlockElement';
import type { Context } from '../chatContext';
import { element } from '../../shared/dom';
import { morph } from './morph';

/** A block's content, and whether the model only thought it. */
export interface ShownBlock {
  readonly content: BlockContent;
  readonly isThought: boolean;
}

/** A top-level block of an answer on the page. */
export interface BlockElement {
  readonly element: HTMLElement;
  /** Shows `block`, `open` while more of it is to come; does nothing and is `false` for a block of another kind. */
  update(block: ShownBlock, open: boolean): boolean;
}

export function blockElement(block: ShownBlock, open: boolean, context: Context): BlockElement {
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

/** Everything but a fence of its own. Changes where the content does: in a long list that grows, the items that stand there stay. */
class Prose implements BlockElement {
  readonly element = element('div', { class: 'block', attributes: { dir: 'auto' } });
  private html = '';
  private open = false;
  /** Fences inside lists and quotes, in their order. */
  private fences: CodeBlock[] = [];

  constructor(
    private readonly context: Context,
    private readonly isThought: boolean,
  ) {}

  update({ content, isThought }: ShownBlock, open: boolean): boolean {
    if (content.kind !== 'html' || isThought !== this.isThought) return false;
    if (content.html !== this.html || open !== this.open) this.fillIn(content.html, open);
    this.html = content.html;
    this.open = open;
    return true;
  }

  private fillIn(html: string, open: boolean): void {
    const fragment = sanitize(html);
    const fences = this.fencesIn(fragment, open);
    if (mayHaveHiddenCharacters(html)) markHiddenCharacters(fragment);
    // Code is left to right in any prose, and does not count where the prose's direction is found out.
    for (const code of fragment.querySelectorAll('code')) code.dir = 'ltr';
    morph(this.element, fragment, (existing, wanted) => fences.get(wanted)?.element === existing);
    for (const [standIn, { element: fence }] of fences)
      if (this.element.contains(standIn)) standIn.parentNode?.replaceChild(fence, standIn);
    this.fences = [...fences.values()];
  }

  /** Each fence's block by what stands for it in `fragment`: the block itself stays where it is, or it would lose focus and selection. */
  private fencesIn(fragment: DocumentFragment, open: boolean): ReadonlyMap<Node, CodeBlock> {
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

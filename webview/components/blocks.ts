import type { BlockContent } from '../markdown';
import { sanitize } from '../sanitize';
import { CodeBlock } from './codeBlock';
import type { Context } from './context';
import { element } from './dom';
import { morph } from './morph';

/** A top-level block of an answer on the page. */
export interface BlockElement {
  readonly element: HTMLElement;
  /** Shows `content`, `open` while more of it is to come; does nothing and is `false` for content of another kind. */
  update(content: BlockContent, open: boolean): boolean;
}

export function blockElement(content: BlockContent, open: boolean, context: Context): BlockElement {
  const made = content.kind === 'code' ? new Code(context) : new Prose(context);
  made.update(content, open);
  return made;
}

class Code implements BlockElement {
  readonly element: HTMLElement;
  private readonly block: CodeBlock;

  constructor(context: Context) {
    this.block = new CodeBlock(context);
    this.element = this.block.element;
  }

  update(content: BlockContent, open: boolean): boolean {
    if (content.kind !== 'code') return false;
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

  constructor(private readonly context: Context) {}

  update(content: BlockContent, open: boolean): boolean {
    if (content.kind !== 'html') return false;
    if (content.html !== this.html || open !== this.open) this.fillIn(content.html, open);
    this.html = content.html;
    this.open = open;
    return true;
  }

  private fillIn(html: string, open: boolean): void {
    const fragment = sanitize(html);
    const fences = this.fencesIn(fragment, open);
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
      const block = this.fences[index] ?? new CodeBlock(this.context);
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

import { codeHtml, initialState, parseBlocks, type Block, type BlockContent, type MarkdownState } from '../markdown';
import { sanitize } from '../sanitize';
import { CodeBlock } from './codeBlock';
import type { Context } from './context';
import { element } from './dom';

interface Rendered {
  content: BlockContent;
  readonly element: HTMLElement;
  readonly code: CodeBlock | undefined;
}

/**
 * An answer's Markdown. While it streams, only the open tail is parsed and changed: blocks that can no longer change keep their elements,
 * and with them selection, scroll position and focus. When it ends, the whole is parsed once more, as a definition at the end may make
 * links in the middle.
 */
export class AnswerBody {
  readonly element = element('div', { class: 'answer-body' });
  private blocks: Rendered[] = [];
  private text = '';
  /** Blocks that are final, where the text after them begins, and the parser's state there. */
  private finished = 0;
  private offset = 0;
  private state: MarkdownState = initialState;

  constructor(private readonly context: Context) {}

  /** Shows `text`; `open` while more of it is to come. */
  update(text: string, open: boolean): void {
    if (!open || !text.startsWith(this.text)) this.startOver();
    this.text = text;
    const tail = text.slice(this.offset);
    const parsed = parseBlocks(tail, this.state);
    this.reconcile(parsed);
    if (open) this.finish(parsed, tail);
  }

  private startOver(): void {
    this.finished = 0;
    this.offset = 0;
    this.state = initialState;
  }

  private reconcile(parsed: readonly Block[]): void {
    parsed.forEach(({ content }, index) => {
      const position = this.finished + index;
      const existing = this.blocks[position];
      if (existing !== undefined && this.updateInPlace(existing, content)) return;
      const made = this.render(content);
      this.blocks[position] = made;
      if (existing === undefined) this.element.append(made.element);
      else existing.element.replaceWith(made.element);
    });
    for (const extra of this.blocks.splice(this.finished + parsed.length)) extra.element.remove();
  }

  /** The first line of a block decides what it is, and whether it is one: a block is final when the first line of a later one is complete. */
  private finish(parsed: readonly Block[], tail: string): void {
    const last = parsed.at(-1);
    if (last === undefined) return;
    const complete = offsetOfLine(tail, last.line + 1) !== undefined;
    const open = complete ? parsed.length - 1 : parsed.length - 2;
    const before = parsed[open - 1];
    const first = parsed[open];
    const start = first === undefined ? undefined : offsetOfLine(tail, first.line);
    if (before === undefined || start === undefined) return;
    this.finished += open;
    this.offset += start;
    this.state = before.after;
  }

  private updateInPlace(existing: Rendered, content: BlockContent): boolean {
    const shown = existing.content;
    if (shown.kind !== content.kind) return false;
    if (shown.html !== content.html || (content.kind === 'code' && shown.kind === 'code' && shown.language !== content.language)) {
      this.fillIn(existing, content);
    }
    existing.content = content;
    return true;
  }

  private render(content: BlockContent): Rendered {
    const code = content.kind === 'code' ? new CodeBlock(this.context) : undefined;
    const rendered = { content, code, element: code?.element ?? element('div', { class: 'block', attributes: { dir: 'auto' } }) };
    this.fillIn(rendered, content);
    return rendered;
  }

  private fillIn(rendered: Rendered, content: BlockContent): void {
    if (content.kind === 'code') {
      rendered.code?.update(content.code, content.language, content.html);
      return;
    }
    const fragment = sanitize(content.html);
    for (const pre of fragment.querySelectorAll('pre')) pre.replaceWith(this.nestedCode(pre));
    rendered.element.replaceChildren(fragment);
  }

  /** A fence inside a list or a quote. */
  private nestedCode(pre: HTMLElement): HTMLElement {
    const code = (pre.textContent || '').replace(/\n$/, '');
    const language = /(?:^|\s)language-(\S+)/.exec(pre.querySelector('code')?.className ?? '')?.[1] ?? '';
    const block = new CodeBlock(this.context);
    block.update(code, language, codeHtml(code, language));
    return block.element;
  }
}

/** Where line `line` of `text` begins, lines being what the Markdown parser takes for lines. */
function offsetOfLine(text: string, line: number): number | undefined {
  if (line === 0) return 0;
  let count = 0;
  for (const match of text.matchAll(/\r\n?|\n/g)) if (++count === line) return match.index + match[0].length;
  return undefined;
}

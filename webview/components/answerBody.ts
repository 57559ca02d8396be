import { initialState, parseBlocks, type Block, type MarkdownState } from '../markdown';
import { blockElement, type BlockElement } from './blocks';
import type { Context } from './context';
import { element } from './dom';

/**
 * An answer's Markdown. While it streams, only the open tail is parsed and changed: blocks that can no longer change keep their elements,
 * and with them selection, scroll position and focus. When it ends, the whole is parsed once more, as a definition at the end may make
 * links in the middle.
 */
export class AnswerBody {
  readonly element = element('div', { class: 'answer-body' });
  private blocks: BlockElement[] = [];
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
    this.reconcile(parsed, open);
    if (open) this.finish(parsed, tail);
  }

  private startOver(): void {
    this.finished = 0;
    this.offset = 0;
    this.state = initialState;
  }

  private reconcile(parsed: readonly Block[], open: boolean): void {
    for (const [index, { content }] of parsed.entries()) {
      const position = this.finished + index;
      const existing = this.blocks[position];
      const isOpen = open && index === parsed.length - 1;
      if (existing?.update(content, isOpen) === true) continue;
      const made = blockElement(content, isOpen, this.context);
      this.blocks[position] = made;
      if (existing === undefined) this.element.append(made.element);
      else existing.element.replaceWith(made.element);
    }
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
}

/** Where line `line` of `text` begins, lines being what the Markdown parser takes for lines. */
function offsetOfLine(text: string, line: number): number | undefined {
  if (line === 0) return 0;
  let count = 0;
  for (const match of text.matchAll(/\r\n?|\n/g)) if (++count === line) return match.index + match[0].length;
  return undefined;
}

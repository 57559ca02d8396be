import { ThoughtReader, type AnswerPart } from '../../../src/util/text/thoughts';
import { initialState, parseBlocks, type Block, type MarkdownState } from './markdown';
import { createBlock, type BlockElement } from './blockElement';
import type { Context } from '../chatContext';
import { element } from '../../shared/dom';

/** A block with its place in the answer. */
interface PlacedBlock extends Block {
  readonly isThought: boolean;
  /** Offset of its first line in the answer. */
  readonly start: number;
  /** The first line is complete. */
  readonly hasFirstLine: boolean;
}

/**
 * Renders an answer's Markdown. While it streams, only the tail is parsed and changed. Final blocks keep their elements, and with them
 * selection, scroll position and focus. When the answer ends, all of it is parsed again, as a link definition at the end may make links in
 * the middle.
 */
export class AnswerBody {
  readonly element = element('div', { class: 'answer-body' });
  private readonly thoughts = new ThoughtReader();
  private blocks: BlockElement[] = [];
  private text = '';
  /** Kind of the first part. It may change: an end marker without a begin marker makes all text before it a thought. */
  private firstKind: AnswerPart['kind'] | undefined;
  /** Number of final blocks. */
  private finished = 0;
  /** Offset of the text after them, and the parser's state there. */
  private offset = 0;
  private state: MarkdownState = initialState;

  constructor(private readonly context: Context) {}

  /** @param open more of the answer is to come */
  update(text: string, open: boolean): void {
    const parts = this.thoughts.read(text);
    const firstKind = parts[0]?.kind;
    if (!open || firstKind !== this.firstKind || !text.startsWith(this.text)) this.startOver();
    this.text = text;
    this.firstKind = firstKind;
    const parsed = this.parseTail(parts);
    this.reconcile(parsed, open);
    if (open) this.finish(parsed);
  }

  private startOver(): void {
    this.finished = 0;
    this.offset = 0;
    this.state = initialState;
  }

  private parseTail(parts: readonly AnswerPart[]): readonly PlacedBlock[] {
    let { state } = this;
    const placed: PlacedBlock[] = [];
    for (const { kind, start: partStart, end } of parts) {
      if (end <= this.offset) continue;
      const start = Math.max(partStart, this.offset);
      const text = this.text.slice(start, end);
      for (const block of parseBlocks(text, state)) {
        const line = findLineOffset(text, block.line) ?? text.length;
        const hasFirstLine = findLineOffset(text, block.line + 1) !== undefined;
        placed.push({ ...block, isThought: kind === 'thought', start: start + line, hasFirstLine });
        state = block.after;
      }
    }
    return placed;
  }

  private reconcile(parsed: readonly PlacedBlock[], open: boolean): void {
    for (const [index, block] of parsed.entries()) {
      const position = this.finished + index;
      const existing = this.blocks[position];
      const isOpen = open && index === parsed.length - 1;
      if (existing?.update(block, isOpen) === true) continue;
      const made = createBlock(block, isOpen, this.context);
      this.blocks[position] = made;
      if (existing === undefined) this.element.append(made.element);
      else existing.element.replaceWith(made.element);
    }
    for (const extra of this.blocks.splice(this.finished + parsed.length)) extra.element.remove();
  }

  /**
   * Marks blocks as final. The first line of a block decides its kind and whether it is a block of its own, so a block is final when the
   * first line of a later block is complete. A block whose end depends on later lines is not final. The block before it is not either,
   * because a formula without an end may turn out to belong to it.
   */
  private finish(parsed: readonly PlacedBlock[]): void {
    const last = parsed.at(-1);
    if (last === undefined) return;
    const complete = last.hasFirstLine ? parsed.length - 1 : parsed.length - 2;
    const undecided = parsed.findIndex(({ decided }) => !decided);
    const open = undecided < 0 ? complete : Math.min(complete, undecided - 1);
    const before = parsed[open - 1];
    const first = parsed[open];
    if (before === undefined || first === undefined) return;
    this.finished += open;
    this.offset = first.start;
    this.state = before.after;
  }
}

/** Returns the offset of a line. Lines end where they end for the Markdown parser. */
function findLineOffset(text: string, line: number): number | undefined {
  if (line === 0) return 0;
  let count = 0;
  for (const match of text.matchAll(/\r\n?|\n/g)) if (++count === line) return match.index + match[0].length;
  return undefined;
}

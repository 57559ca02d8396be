/** Text that is certain, and whether an end mark was found behind it. */
export interface FilteredText {
  readonly text: string;
  readonly isEnded: boolean;
}

/** A fenced block of code that is open. */
interface Fence {
  readonly character: string;
  readonly length: number;
  /** False once the line that opened it has ended. */
  isOpening: boolean;
}

/** A mark such as `</s>`, which is an HTML tag as well: that of text struck through. */
const CLOSING_TAG = /^<\/[a-z]+>$/i;

/** Length of text behind a mark in which the end of inline code is looked for. */
const MAX_INLINE_CODE = 1000;

/**
 * Ends a stream of text at the first end mark, such as `<|im_end|>` or `[INST]`, for models that write it as plain text. Text that could be the
 * beginning of a mark is held back until it is decided, so the result does not depend on how the text is cut into pieces. White space is held
 * back too, and left out in front of a mark.
 *
 * In code, whether in a fenced block or between backticks, a mark is text: an answer about chat templates shows one there. Outside code it
 * always ends the answer. A model that writes about a mark in prose puts it between backticks, and one that runs on does not.
 *
 * A mark that begins with a line break counts only where a line starts. One that closes an HTML element, such as `</s>`, counts only where none is
 * open.
 */
export class EndMarkFilter {
  private readonly marks: readonly string[];
  private readonly firsts: ReadonlySet<string>;
  private held = '';
  /** White space behind the text that was handed on. */
  private space = '';
  /** True once a mark was found; no text may be pushed any more. */
  isEnded = false;
  /** True while only white space, quote marks or list marks stand on the line. */
  private isLineStart = true;
  private fence: Fence | undefined;
  /** Number of backticks that opened inline code; 0 outside. */
  private inline = 0;
  /** Number of elements that are open, by the mark that closes one. */
  private readonly open = new Map<string, number>();

  constructor(marks: readonly string[]) {
    this.marks = [...new Set(marks)].filter((mark) => mark.trim() !== '');
    this.firsts = new Set(this.marks.map((mark) => mark.charAt(0)));
    for (const mark of this.marks) if (CLOSING_TAG.test(mark)) this.open.set(mark, 0);
  }

  push(text: string): FilteredText {
    this.held += text;
    return this.scan(false);
  }

  /** The text that is still held back, when the stream ends. */
  end(): FilteredText {
    return this.scan(true);
  }

  private scan(isLast: boolean): FilteredText {
    let at = 0;
    while (at < this.held.length && !this.isEnded) {
      const next = this.step(at, isLast);
      if (next === undefined) break;
      at = next;
    }
    const all = this.space + this.held.slice(0, at);
    this.held = this.isEnded ? '' : this.held.slice(at);
    const text = isLast && !this.isEnded ? all : all.trimEnd();
    this.space = this.isEnded ? '' : all.slice(text.length);
    return { text, isEnded: this.isEnded };
  }

  /** Decides about the character at `at`. @returns where to go on; undefined where more text is needed, or at the end */
  private step(at: number, isLast: boolean): number | undefined {
    const character = this.held.charAt(at);
    const mark = this.fence ? 'none' : this.findMark(at, isLast);
    if (mark === 'partial') return undefined;
    if (mark !== 'none') return this.decideMark(at, mark, isLast);
    if (character === '`' || character === '~') return this.stepFence(at, isLast);
    if (character === '<' && !this.fence && this.open.size > 0) return this.stepElement(at, isLast);
    if (character === '\n') {
      this.isLineStart = true;
      this.inline = 0;
      if (this.fence) this.fence.isOpening = false;
    } else if (!/[\s>*+\-0-9.)]/.test(character)) {
      this.isLineStart = false;
    }
    return at + 1;
  }

  /** The length of the mark at `at`. */
  private findMark(at: number, isLast: boolean): number | 'partial' | 'none' {
    if (!this.firsts.has(this.held.charAt(at))) return 'none';
    const found = this.marks.find((mark) => this.held.startsWith(mark, at));
    if (found !== undefined) return found.length;
    return !isLast && this.marks.some((mark) => mark.startsWith(this.held.slice(at, at + mark.length))) ? 'partial' : 'none';
  }

  /** Takes a `<`: counts the element that begins there, if a mark would close it and it is not in inline code. */
  private stepElement(at: number, isLast: boolean): number | undefined {
    for (const [mark, count] of this.open) {
      const tag = mark.replace('/', '').slice(0, -1);
      const start = this.held.slice(at, at + tag.length + 1);
      if (!isLast && start.length <= tag.length && tag.startsWith(start)) return undefined;
      if (!start.startsWith(tag) || !/[\s>]$/.test(start)) continue;
      const end = at + tag.length;
      const behind = this.inline === 0 ? 'text' : this.findCodeEnd(end, isLast);
      if (behind === 'unknown') return undefined;
      if (behind === 'text') this.open.set(mark, count + 1);
      this.isLineStart = false;
      return behind === 'text' ? end : behind;
    }
    this.isLineStart = false;
    return at + 1;
  }

  /** Ends the text at a mark, unless it stands in inline code that is closed on the same line, or closes an element. */
  private decideMark(at: number, length: number, isLast: boolean): number | undefined {
    // Inline code ends with its line.
    const mark = this.held.slice(at, at + length);
    const isInText = this.inline === 0 || mark.includes('\n');
    const behind = isInText ? 'text' : this.findCodeEnd(at + length, isLast);
    if (typeof behind === 'number') return behind;
    if (behind === 'unknown') return undefined;
    const count = this.open.get(mark) ?? 0;
    this.isEnded = count === 0;
    if (this.isEnded) return undefined;
    this.open.set(mark, count - 1);
    this.isLineStart = false;
    return at + length;
  }

  /** The place behind the inline code that is open at `from`; `text` if the code does not end on this line. */
  private findCodeEnd(from: number, isLast: boolean): number | 'text' | 'unknown' {
    const code = this.held.slice(from, from + MAX_INLINE_CODE);
    const line = code.split('\n', 1)[0] ?? '';
    for (const { 0: run, index } of line.matchAll(/`+/g)) {
      const isWhole = index + run.length < code.length || isLast;
      if (!isWhole && code.length < MAX_INLINE_CODE) return 'unknown';
      if (run.length !== this.inline) continue;
      this.inline = 0;
      this.isLineStart = false;
      return from + index + run.length;
    }
    const isDecided = isLast || line.length < code.length || code.length >= MAX_INLINE_CODE;
    return isDecided ? 'text' : 'unknown';
  }

  /** Takes a run of backticks or tildes: opens or closes code. */
  private stepFence(at: number, isLast: boolean): number | undefined {
    const character = this.held.charAt(at);
    let end = at;
    while (this.held.charAt(end) === character) end++;
    if (end === this.held.length && !isLast) return undefined;
    const length = end - at;
    if (this.fence) {
      const isClosing = this.isLineStart && character === this.fence.character && length >= this.fence.length;
      const behind = isClosing ? this.readBehind(end, isLast) : 'text';
      if (behind === 'unknown') return undefined;
      // A line such as "```x``` y" holds inline code and opens no block.
      const isInline = this.fence.isOpening && character === '`' && this.fence.character === '`';
      if (behind === 'end' || isInline) this.fence = undefined;
    } else if (this.isLineStart && length >= 3) {
      this.fence = { character, length, isOpening: true };
    } else if (character === '`') {
      this.inline = this.inline === 0 ? length : this.inline === length ? 0 : this.inline;
    }
    this.isLineStart = false;
    return end;
  }

  /** Looks behind a closing fence on its line: nothing or a mark, other text, or not known yet. */
  private readBehind(from: number, isLast: boolean): 'end' | 'text' | 'unknown' {
    let at = from;
    while (this.held.charAt(at) === ' ' || this.held.charAt(at) === '\t') at++;
    if (at === this.held.length) return isLast ? 'end' : 'unknown';
    if (this.held.charAt(at) === '\n' || this.held.charAt(at) === '\r') return 'end';
    const mark = this.findMark(at, isLast);
    if (mark === 'partial') return 'unknown';
    return mark === 'none' ? 'text' : 'end';
  }
}

import { Emitter } from '../../util/event';
import { commonEnds } from '../../util/lists';
import { afterChange, hunksOf, mergeLines, type Block, type Change, type Hunk, type LineKind, type MarkedLine } from './editBlock';

/** What VS Code is told of the undo stack: whether an edit begins a new step of it, and whether the next one does. */
export interface UndoStops {
  readonly before: boolean;
  readonly after: boolean;
}

/** The document of a pending edit, as far as that needs it. Lines from 0, ends exclusive. */
export interface EditDocument {
  /** Another after every change. */
  readonly version: number;
  readonly lineCount: number;
  lines(start: number, end: number): readonly string[];
  /** Puts `lines` in the place of others. False where that did not happen, as the document had just changed or takes no changes. */
  replace(start: number, end: number, lines: readonly string[], undo: UndoStops): Promise<boolean>;
}

/** A state the block was in by this edit's own hand, by which it is known again after an undo, a redo or a reload. */
export interface Snapshot {
  readonly lines: readonly string[];
  readonly kinds: readonly LineKind[];
}

/** `accept` or `discard`. */
export type Verdict = 'accept' | 'discard';

/** Snapshots kept: an undo goes back to few of them, and a long answer makes hundreds. */
const MOST_SNAPSHOTS = 40;

/**
 * A suggested edit that stands in its document with the lines it would replace, until it is accepted or discarded. The document's text
 * is the truth: this knows which of its lines are what, follows it through changes by others, and never touches a line that is not
 * marked. When nothing is marked it is dormant; an undo or redo that brings a marked state back wakes it.
 */
export class PendingEdit {
  private readonly changes = new Emitter<undefined>();
  /** States since {@link first}, the newest last. */
  private snapshots: readonly Snapshot[] = [];
  /** What an edit of its own is about to make of the block; how the change it causes is told from others'. */
  private expected: { readonly marked: readonly MarkedLine[]; readonly lineCount: number } | undefined;
  /** What {@link resume} puts back. */
  private held: readonly MarkedLine[] | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  /** The document's, when this edit was last told of it. */
  private lineCount: number;

  /** Fires when other lines are marked, when marked lines have moved, and when either is about to happen. */
  readonly onDidChange = this.changes.event;

  private constructor(
    private readonly document: EditDocument,
    private block: Block,
    /** The state without this edit. */
    private readonly first: Snapshot,
    /** Whether others' changes, or a save, stand between this edit's own on the undo stack. */
    private disturbed: boolean,
    /** Whether this edit has a step on the undo stack. */
    private began: boolean,
  ) {
    this.lineCount = document.lineCount;
  }

  /** An edit of the lines from `start` to `end`, with nothing suggested yet. */
  static begin(document: EditDocument, start: number, end: number): PendingEdit {
    const lines = document.lines(start, end);
    const kinds = lines.map(() => 'same' as const);
    return new PendingEdit(document, { start, kinds }, { lines, kinds }, false, false);
  }

  /** An edit of an earlier window, found in the document by {@link findSnapshot}. */
  static again(document: EditDocument, { start, lines, kinds }: Snapshot & { readonly start: number }): PendingEdit {
    const discarded = lines.filter((_, index) => kinds[index] !== 'added');
    const edit = new PendingEdit(document, { start, kinds }, { lines: discarded, kinds: discarded.map(() => 'same') }, true, true);
    edit.snapshots = [{ lines, kinds }];
    return edit;
  }

  /** From the top; empty where nothing is marked. */
  get hunks(): readonly Hunk[] {
    return hunksOf(this.block);
  }

  /** Lines of one kind, from 0. */
  linesOf(kind: LineKind): readonly number[] {
    return this.block.kinds.flatMap((each, index) => (each === kind ? [this.block.start + index] : []));
  }

  /** First line of what was asked about, from 0. */
  get start(): number {
    return this.block.start;
  }

  /** Marked states by which a later window knows this edit again: as it is, and as it is about to be. */
  get lasting(): readonly Snapshot[] {
    const states = [this.marked(), this.expected?.marked ?? [], this.held ?? []];
    return states.filter((marked) => marked.some(({ kind }) => kind !== 'same')).map(snapshotOf);
  }

  /** Shows what the answer suggests so far. False where the document takes no changes. */
  show(proposal: readonly string[], finished: boolean): Promise<boolean> {
    const merged = mergeLines(this.first.lines, proposal, finished);
    return this.inTurn(async () => {
      if (this.held === undefined) return this.apply(() => merged, { before: !this.began, after: false });
      this.held = merged;
      return true;
    });
  }

  /** Accepts or discards one hunk, or all there are. False where the document takes no changes. */
  settle(verdict: Verdict, hunk?: Hunk): Promise<boolean> {
    return this.inTurn(() => this.settleNow(verdict, hunk));
  }

  private async settleNow(verdict: Verdict, hunk: Hunk | undefined): Promise<boolean> {
    // What a save has taken out for a moment comes back first.
    if (this.held !== undefined) return true;
    // Settled already, by a key pressed twice.
    if (hunk !== undefined && !this.hunks.some(({ start, end }) => start === hunk.start && end === hunk.end)) return true;
    const inside = (line: number): boolean => hunk === undefined || (line >= hunk.start && line < hunk.end);
    const settled = (verdict: Verdict) => (): readonly MarkedLine[] =>
      this.marked().flatMap((line, index) => (inside(this.block.start + index) ? settledLine(line, verdict) : [line]));
    if (verdict === 'accept' && hunk === undefined && this.disturbed) {
      // Otherwise one undo would end amid this edit's steps, between other people's.
      const accepted = settled('accept')();
      return (
        (await this.apply(settled('discard'), { before: true, after: true })) && this.apply(() => accepted, { before: true, after: true })
      );
    }
    return this.apply(settled(verdict), { before: this.disturbed, after: hunk === undefined || this.hunks.length === 1 });
  }

  /** Takes the suggestion out of the document for a save: the lines to delete, from 0. {@link resume} puts it back. */
  hold(): readonly number[] {
    const added = this.linesOf('added');
    // With an edit on its way VS Code would not take this one.
    if (added.length === 0 || this.held !== undefined || this.expected !== undefined) return [];
    this.held = this.marked();
    const marked = this.held.filter(({ kind }) => kind !== 'added');
    this.expected = { marked, lineCount: this.document.lineCount - added.length };
    return added;
  }

  /** Puts back what a save has taken out, unless the lines there were changed by it. */
  async resume(): Promise<void> {
    await this.inTurn(async () => {
      const { held } = this;
      this.held = undefined;
      this.disturbed = true;
      if (held === undefined) return;
      this.expected = undefined;
      if (sameTexts(withoutAdded(held), withoutAdded(this.marked()))) await this.apply(() => held, { before: true, after: false });
    });
  }

  /**
   * The document has changed, by this edit or by others; changes as VS Code reports them. `true` where somebody else changed a line that
   * this edit is about.
   */
  documentChanged(changes: readonly Change[], byUndo: boolean): boolean {
    const { expected } = this;
    const outside = this.lineCount - this.block.kinds.length;
    this.lineCount = this.document.lineCount;
    if (expected !== undefined && this.isNow(expected)) {
      this.expected = undefined;
      this.enter(expected.marked.map(({ kind }) => kind));
      return false;
    }
    this.disturbed ||= !byUndo;
    const before = this.block;
    // From the bottom up: each counts in lines of the document before all of them.
    for (const change of [...changes].sort((a, b) => b.start.line - a.start.line || b.start.character - a.start.character)) {
      this.block = afterChange(this.block, change);
    }
    if (byUndo) this.adopt(outside);
    const inside = this.block.kinds !== before.kinds;
    if (inside || this.block.start !== before.start) this.changes.fire(undefined);
    return inside;
  }

  /** The document was saved, which ends a step of its undo stack. */
  saved(): void {
    this.disturbed = true;
  }

  /** The document is another one with the same text, and another undo stack. */
  moved(): void {
    this.lineCount = this.document.lineCount;
    this.disturbed = true;
    this.changes.fire(undefined);
  }

  dispose(): void {
    this.changes.dispose();
  }

  /** One after another: each begins from what the one before has made of the document. */
  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(work);
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private lines(): readonly string[] {
    const { start, kinds } = this.block;
    return this.document.lines(start, start + kinds.length);
  }

  private marked(): readonly MarkedLine[] {
    return this.lines().map((text, index) => ({ text, kind: this.block.kinds[index] ?? 'same' }));
  }

  /** Makes of the block what `wanted` says, and says it again where the document changed meanwhile. */
  private async apply(wanted: () => readonly MarkedLine[], undo: UndoStops): Promise<boolean> {
    for (let attempt = 0; attempt < 5; attempt++) {
      const marked = wanted();
      const difference = differenceOf(
        this.lines(),
        marked.map(({ text }) => text),
      );
      if (difference === undefined) {
        this.enter(marked.map(({ kind }) => kind));
        return true;
      }
      const { start } = this.block;
      const { from, to, lines } = difference;
      this.expected = { marked, lineCount: this.document.lineCount - (to - from) + lines.length };
      const { version } = this.document;
      this.began = true;
      // Listeners write down what is about to be, for the case that this process does not see it happen.
      this.changes.fire(undefined);
      const done = await this.document.replace(start + from, start + to, lines, undo);
      this.expected = undefined;
      if (done) return true;
      if (this.document.version === version) return false;
    }
    return false;
  }

  private isNow({ marked, lineCount }: { readonly marked: readonly MarkedLine[]; readonly lineCount: number }): boolean {
    const { start } = this.block;
    return (
      this.document.lineCount === lineCount &&
      sameTexts(
        this.document.lines(start, start + marked.length),
        marked.map(({ text }) => text),
      )
    );
  }

  private enter(kinds: readonly LineKind[]): void {
    this.block = { ...this.block, kinds };
    const lines = this.lines();
    if (!sameTexts(lines, this.first.lines)) {
      const others = this.snapshots.filter((snapshot) => !sameTexts(snapshot.lines, lines));
      this.snapshots = [...others.slice(-MOST_SNAPSHOTS), { lines, kinds }];
    }
    this.changes.fire(undefined);
  }

  /**
   * Takes up a state of before that stands in the document again, with as many lines `outside` as there were: the same lines without their
   * marks may stand one line off.
   */
  private adopt(outside: number): void {
    const states = [...this.snapshots, this.first].filter(({ lines }) => this.lineCount - lines.length === outside);
    // A change that an undo takes back may be reported a line earlier or later than it was made.
    for (const start of [0, -1, 1, -2, 2].map((offset) => this.block.start + offset)) {
      const known = states.findLast(({ lines }) => sameTexts(this.document.lines(start, start + lines.length), lines));
      if (known === undefined) continue;
      this.block = { start, kinds: known.kinds };
      return;
    }
  }
}

/** Where in `document` one of `snapshots` stands; `undefined` where none does. */
export function findSnapshot(document: EditDocument, snapshots: readonly Snapshot[]): (Snapshot & { readonly start: number }) | undefined {
  const all = document.lines(0, document.lineCount);
  for (const snapshot of snapshots) {
    for (let start = 0; start + snapshot.lines.length <= all.length; start++) {
      if (snapshot.lines.every((line, index) => line === all[start + index])) return { ...snapshot, start };
    }
  }
  return undefined;
}

function snapshotOf(marked: readonly MarkedLine[]): Snapshot {
  return { lines: marked.map(({ text }) => text), kinds: marked.map(({ kind }) => kind) };
}

function withoutAdded(marked: readonly MarkedLine[]): readonly string[] {
  return marked.filter(({ kind }) => kind !== 'added').map(({ text }) => text);
}

function settledLine(line: MarkedLine, verdict: Verdict): readonly MarkedLine[] {
  if (line.kind === 'same') return [line];
  const goes = verdict === 'accept' ? 'removed' : 'added';
  return line.kind === goes ? [] : [{ kind: 'same', text: line.text }];
}

function sameTexts(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}

/** The lines in which `now` and `wanted` differ: those of `now` to replace, and what to replace them with. */
function differenceOf(
  now: readonly string[],
  wanted: readonly string[],
): { readonly from: number; readonly to: number; readonly lines: readonly string[] } | undefined {
  const { head: from, tail } = commonEnds(now, wanted);
  if (from === now.length && from === wanted.length) return undefined;
  return { from, to: now.length - tail, lines: wanted.slice(from, wanted.length - tail) };
}

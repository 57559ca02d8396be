import { Emitter } from '../../util/event';
import { commonEnds } from '../../util/lists';
import { afterChange, hunksOf, mergeLines, type Block, type Change, type Hunk, type LineKind, type MarkedLine } from './editBlock';

/** The undo stops that VS Code sets around an edit. Without a stop, the edit joins the step of the undo stack beside it. */
export interface UndoStops {
  readonly before: boolean;
  readonly after: boolean;
}

/** The part of a text document that a pending edit uses. Lines count from 0, and `end` is exclusive. */
export interface EditDocument {
  /** Differs after every change. */
  readonly version: number;
  readonly lineCount: number;
  lines(start: number, end: number): readonly string[];
  /** Replaces the lines from `start` to `end`. Resolves to false if the document has just changed or is read-only. */
  replace(start: number, end: number, lines: readonly string[], undo: UndoStops): Promise<boolean>;
}

/** The block's text and marks at one moment. They identify the edit after an undo, a redo or a reload. */
export interface Snapshot {
  readonly lines: readonly string[];
  readonly kinds: readonly LineKind[];
}

export type Verdict = 'accept' | 'discard';

/** An undo goes back to few snapshots, and a long answer makes hundreds. */
const MAX_SNAPSHOTS = 40;

/** A replacement is rejected if others change the document while it is on its way. It is tried at most this often. */
const MAX_ATTEMPTS = 5;

/** The block after a change that this edit has asked for. It tells that change from the changes of others. */
interface Expected {
  readonly marked: readonly MarkedLine[];
  /** Line count of the whole document. */
  readonly lineCount: number;
}

/** The document holds what it should. A replacement that has arrived but has not resolved yet also counts as idle. */
interface Idle {
  readonly kind: 'idle';
}

/** A replacement is on its way to the document. */
interface Applying {
  readonly kind: 'applying';
  readonly expected: Expected;
}

/** A save was told to delete the suggestion, and the deletion has not arrived. */
interface Suspending {
  readonly kind: 'suspending';
  readonly expected: Expected;
  /** {@link PendingEdit.resume} writes these lines back after the save. */
  readonly restore: readonly MarkedLine[];
}

/** The suggestion is out of the document until {@link PendingEdit.resume}. */
interface Suspended {
  readonly kind: 'suspended';
  readonly restore: readonly MarkedLine[];
}

type EditState = Idle | Applying | Suspending | Suspended;

/**
 * The edit's place on the undo stack. It does not depend on {@link EditState}, and the two facts do not depend on each other: others can
 * change the document before this edit writes its first step.
 */
interface UndoPosition {
  /** This edit has written its first change, or tried to. */
  readonly started: boolean;
  /** A save or a change by others may lie between the steps of this edit. */
  readonly interrupted: boolean;
}

/**
 * A suggested edit that stays in the document, beside the lines it would replace, until it is accepted or discarded. The document's text
 * is the truth. This class knows which lines are marked, moves the marks when others change the document, and never touches an unmarked
 * line. Without marked lines the edit is dormant. An undo or redo that brings a marked state back wakes it.
 */
export class PendingEdit {
  private readonly changes = new Emitter<undefined>();
  /** States of the block other than {@link original}, the newest last. */
  private snapshots: readonly Snapshot[] = [];
  private state: EditState = { kind: 'idle' };
  private queue: Promise<unknown> = Promise.resolve();
  /** The document's line count at the last call of {@link documentChanged} or {@link moved}. */
  private lineCount: number;

  /** Fires when the marks change, when marked lines move, and just before this edit changes the document. */
  readonly onDidChange = this.changes.event;

  private constructor(
    private readonly document: EditDocument,
    private block: Block,
    /** The block as it is when the edit is discarded. */
    private readonly original: Snapshot,
    private undo: UndoPosition,
  ) {
    this.lineCount = document.lineCount;
  }

  /** Starts an edit of the lines from `start` to `end`, without a suggestion. */
  static begin(document: EditDocument, start: number, end: number): PendingEdit {
    const lines = document.lines(start, end);
    const kinds = lines.map(() => 'same' as const);
    return new PendingEdit(document, { start, kinds }, { lines, kinds }, { started: false, interrupted: false });
  }

  /** Restores an edit of an earlier window that {@link findSnapshot} has found in the document. */
  static again(document: EditDocument, { start, lines, kinds }: Snapshot & { readonly start: number }): PendingEdit {
    const discarded = lines.filter((_, index) => kinds[index] !== 'added');
    const original: Snapshot = { lines: discarded, kinds: discarded.map(() => 'same') };
    const edit = new PendingEdit(document, { start, kinds }, original, { started: true, interrupted: true });
    edit.snapshots = [{ lines, kinds }];
    return edit;
  }

  /** Runs of marked lines, from the top. */
  get hunks(): readonly Hunk[] {
    return hunksOf(this.block);
  }

  /** Line numbers of one kind, from 0. */
  linesOf(kind: LineKind): readonly number[] {
    return this.block.kinds.flatMap((each, index) => (each === kind ? [this.block.start + index] : []));
  }

  /** First line of the block, from 0. */
  get start(): number {
    return this.block.start;
  }

  /** States that a later window looks for: the present one, and those that this edit is about to write. */
  get lasting(): readonly Snapshot[] {
    const states = [this.readMarkedLines(), ...findUpcoming(this.state)];
    return states.filter((marked) => marked.some(({ kind }) => kind !== 'same')).map(toSnapshot);
  }

  /** Shows the answer so far. Resolves to false if the document takes no changes. */
  show(proposal: readonly string[], finished: boolean): Promise<boolean> {
    const merged = mergeLines(this.original.lines, proposal, finished);
    return this.runInTurn(async () => {
      if (!isSuspended(this.state)) return this.apply(() => merged, { before: !this.undo.started, after: false });
      this.state = { ...this.state, restore: merged };
      return true;
    });
  }

  /** Accepts or discards one hunk, or all hunks. Resolves to false if the document takes no changes. */
  settle(verdict: Verdict, hunk?: Hunk): Promise<boolean> {
    return this.runInTurn(() => this.settleNow(verdict, hunk));
  }

  private async settleNow(verdict: Verdict, hunk: Hunk | undefined): Promise<boolean> {
    // The suggestion is out of the document. Ignore the verdict until the save has written it back.
    if (isSuspended(this.state)) return true;
    // The key was pressed twice, and the hunk is already settled.
    if (hunk !== undefined && !this.hunks.some(({ start, end }) => start === hunk.start && end === hunk.end)) return true;
    const isInside = (line: number): boolean => hunk === undefined || (line >= hunk.start && line < hunk.end);
    const settleLines = (verdict: Verdict) => (): readonly MarkedLine[] =>
      this.readMarkedLines().flatMap((line, index) => (isInside(this.block.start + index) ? settleLine(line, verdict) : [line]));
    const { interrupted } = this.undo;
    if (verdict === 'accept' && hunk === undefined && interrupted) {
      // The steps of this edit are not contiguous on the undo stack. Discarding first lets one undo take the whole edit back.
      const accepted = settleLines('accept')();
      return (
        (await this.apply(settleLines('discard'), { before: true, after: true })) &&
        this.apply(() => accepted, { before: true, after: true })
      );
    }
    return this.apply(settleLines(verdict), { before: interrupted, after: hunk === undefined || this.hunks.length === 1 });
  }

  /**
   * Starts to take the suggestion out of the document for a save. Returns the lines that the caller must delete, from 0.
   * {@link resume} writes them back.
   */
  hold(): readonly number[] {
    const added = this.linesOf('added');
    // VS Code would reject the deletion while a replacement is on its way.
    if (added.length === 0 || this.state.kind !== 'idle') return [];
    const restore = this.readMarkedLines();
    const marked = restore.filter(({ kind }) => kind !== 'added');
    this.state = { kind: 'suspending', restore, expected: { marked, lineCount: this.document.lineCount - added.length } };
    return added;
  }

  /** Writes the suggestion back after a save, unless the save changed the lines there. */
  async resume(): Promise<void> {
    await this.runInTurn(async () => {
      const { state } = this;
      this.interruptUndo();
      if (!isSuspended(state)) return;
      this.state = { kind: 'idle' };
      if (equalTexts(dropAdded(state.restore), dropAdded(this.readMarkedLines()))) {
        await this.apply(() => state.restore, { before: true, after: false });
      }
    });
  }

  /**
   * Follows a change of the document, made by this edit or by others and reported by VS Code. Returns true if others changed a line of
   * the block.
   */
  documentChanged(changes: readonly Change[], byUndo: boolean): boolean {
    const { state } = this;
    const outside = this.lineCount - this.block.kinds.length;
    this.lineCount = this.document.lineCount;
    if (isExpecting(state) && this.hasArrived(state.expected)) {
      this.state = withoutExpected(state);
      this.setKinds(state.expected.marked.map(({ kind }) => kind));
      return false;
    }
    if (!byUndo) this.interruptUndo();
    const before = this.block;
    // Go from the bottom up, because every change counts in lines of the document before all changes.
    for (const change of [...changes].sort((a, b) => b.start.line - a.start.line || b.start.character - a.start.character)) {
      this.block = afterChange(this.block, change);
    }
    if (byUndo) this.recallSnapshot(outside);
    const inside = this.block.kinds !== before.kinds;
    if (inside || this.block.start !== before.start) this.changes.fire(undefined);
    return inside;
  }

  /** Must be called after a save, because a save ends a step of the undo stack. */
  saved(): void {
    this.interruptUndo();
  }

  /** Must be called when another document has taken over the text. It has an undo stack of its own. */
  moved(): void {
    this.lineCount = this.document.lineCount;
    this.interruptUndo();
    this.changes.fire(undefined);
  }

  dispose(): void {
    this.changes.dispose();
  }

  private interruptUndo(): void {
    this.undo = { ...this.undo, interrupted: true };
  }

  /** Runs one job after another, so that each starts from the document that the previous one left. */
  private runInTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.queue.then(work);
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private readLines(): readonly string[] {
    const { start, kinds } = this.block;
    return this.document.lines(start, start + kinds.length);
  }

  private readMarkedLines(): readonly MarkedLine[] {
    return this.readLines().map((text, index) => ({ text, kind: this.block.kinds[index] ?? 'same' }));
  }

  /** Writes the lines of `wanted` into the block. Calls `wanted` again if the document changed meanwhile. */
  private async apply(wanted: () => readonly MarkedLine[], undo: UndoStops): Promise<boolean> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const marked = wanted();
      const difference = findDifference(
        this.readLines(),
        marked.map(({ text }) => text),
      );
      if (difference === undefined) {
        this.setKinds(marked.map(({ kind }) => kind));
        return true;
      }
      const { start } = this.block;
      const { from, to, lines } = difference;
      const expected: Expected = { marked, lineCount: this.document.lineCount - (to - from) + lines.length };
      this.state = withExpected(this.state, expected);
      const { version } = this.document;
      this.undo = { ...this.undo, started: true };
      // Listeners store the upcoming state, because this process may end before the change arrives.
      this.changes.fire(undefined);
      const done = await this.document.replace(start + from, start + to, lines, undo);
      // A save may have begun since the change arrived. It expects a change of its own.
      if (isExpecting(this.state) && this.state.expected === expected) this.state = withoutExpected(this.state);
      if (done) return true;
      if (this.document.version === version) return false;
    }
    return false;
  }

  private hasArrived({ marked, lineCount }: Expected): boolean {
    const { start } = this.block;
    return (
      this.document.lineCount === lineCount &&
      equalTexts(
        this.document.lines(start, start + marked.length),
        marked.map(({ text }) => text),
      )
    );
  }

  /** Marks the lines of the block and adds a snapshot of it. */
  private setKinds(kinds: readonly LineKind[]): void {
    this.block = { ...this.block, kinds };
    const lines = this.readLines();
    if (!equalTexts(lines, this.original.lines)) {
      const others = this.snapshots.filter((snapshot) => !equalTexts(snapshot.lines, lines));
      this.snapshots = [...others.slice(-MAX_SNAPSHOTS), { lines, kinds }];
    }
    this.changes.fire(undefined);
  }

  /**
   * Takes the marks from a snapshot whose text is in the document again. The number of lines `outside` the block must be the same as
   * before the undo. Otherwise equal lines that were never marked could match one line off.
   */
  private recallSnapshot(outside: number): void {
    const states = [...this.snapshots, this.original].filter(({ lines }) => this.lineCount - lines.length === outside);
    // VS Code may report an undone change a line earlier or later than the change was made.
    for (const start of [0, -1, 1, -2, 2].map((offset) => this.block.start + offset)) {
      const known = states.findLast(({ lines }) => equalTexts(this.document.lines(start, start + lines.length), lines));
      if (known === undefined) continue;
      this.block = { start, kinds: known.kinds };
      return;
    }
  }
}

/** Finds the first of `snapshots` whose text is in the document. */
export function findSnapshot(document: EditDocument, snapshots: readonly Snapshot[]): (Snapshot & { readonly start: number }) | undefined {
  const all = document.lines(0, document.lineCount);
  for (const snapshot of snapshots) {
    for (let start = 0; start + snapshot.lines.length <= all.length; start++) {
      if (snapshot.lines.every((line, index) => line === all[start + index])) return { ...snapshot, start };
    }
  }
  return undefined;
}

function isExpecting(state: EditState): state is Applying | Suspending {
  return state.kind === 'applying' || state.kind === 'suspending';
}

function isSuspended(state: EditState): state is Suspending | Suspended {
  return state.kind === 'suspending' || state.kind === 'suspended';
}

/** A save can suspend the edit between two attempts of a replacement. What the save took out is kept then. */
function withExpected(state: EditState, expected: Expected): Applying | Suspending {
  return isSuspended(state) ? { kind: 'suspending', expected, restore: state.restore } : { kind: 'applying', expected };
}

function withoutExpected(state: EditState): Idle | Suspended {
  return isSuspended(state) ? { kind: 'suspended', restore: state.restore } : { kind: 'idle' };
}

/** Lists the texts that the block is about to have, the next one first. */
function findUpcoming(state: EditState): readonly (readonly MarkedLine[])[] {
  switch (state.kind) {
    case 'idle':
      return [];
    case 'applying':
      return [state.expected.marked];
    case 'suspending':
      return [state.expected.marked, state.restore];
    case 'suspended':
      return [state.restore];
  }
}

function toSnapshot(marked: readonly MarkedLine[]): Snapshot {
  return { lines: marked.map(({ text }) => text), kinds: marked.map(({ kind }) => kind) };
}

function dropAdded(marked: readonly MarkedLine[]): readonly string[] {
  return marked.filter(({ kind }) => kind !== 'added').map(({ text }) => text);
}

function settleLine(line: MarkedLine, verdict: Verdict): readonly MarkedLine[] {
  if (line.kind === 'same') return [line];
  const deleted: LineKind = verdict === 'accept' ? 'removed' : 'added';
  return line.kind === deleted ? [] : [{ kind: 'same', text: line.text }];
}

function equalTexts(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}

/** Finds the lines of `now` to replace, and the lines of `wanted` to replace them with. Returns `undefined` if both are equal. */
function findDifference(
  now: readonly string[],
  wanted: readonly string[],
): { readonly from: number; readonly to: number; readonly lines: readonly string[] } | undefined {
  const { head: from, tail } = commonEnds(now, wanted);
  if (from === now.length && from === wanted.length) return undefined;
  return { from, to: now.length - tail, lines: wanted.slice(from, wanted.length - tail) };
}

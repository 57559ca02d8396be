/** How much of a context each block of a message may take; all counts in tokens. Pure: the worker cuts by it, the host foretells by it. */

/** For the file that stands first. By its own size and the context's alone, so that every message about it shares its tokens. */
const FILE_SHARE = 0.4;
/** For the lines of that file a question is about. */
export const SELECTION_SHARE = 0.25;
/** For all blocks together. A quarter is kept for the answer, the rest is for the system text and the question. */
const BLOCKS_SHARE = 0.65;
/** For all blocks with the question: a long question takes from the blocks behind the file. */
const MESSAGE_SHARE = 0.7;
/** For the line above a block, its fence, and the line that says that it was cut. */
const BLOCK_OVERHEAD = 32;

/** What there is to share out, as it would be whole. */
export interface BlockSizes {
  /** 0 for none. */
  readonly file: number;
  readonly selection: number;
  readonly context: readonly number[];
  readonly question: number;
}

/** The most each may take. */
export interface BlockLimits {
  readonly file: number;
  readonly selection: number;
  readonly context: readonly number[];
  /** What is left when each has taken what it may. */
  readonly spare: number;
}

/** The file's limit, which depends on nothing else. */
export function fileLimit(contextTokens: number): number {
  return Math.floor(contextTokens * FILE_SHARE);
}

/**
 * Shares the room behind the file out fairly: who wants less than an equal part gets all it wants, and what that leaves goes to the
 * others. So a short selection stays whole beside an endless diff.
 */
export function blockLimits(sizes: BlockSizes, contextTokens: number): BlockLimits {
  const file = fileLimit(contextTokens);
  const behind = Math.min(Math.floor(contextTokens * BLOCKS_SHARE), Math.floor(contextTokens * MESSAGE_SHARE) - sizes.question);
  const room = Math.max(0, behind - Math.min(sizes.file, file) - BLOCK_OVERHEAD * sizes.context.length);
  const selectionMost = Math.floor(contextTokens * SELECTION_SHARE);
  const wanted = [Math.min(sizes.selection, selectionMost), ...sizes.context];
  const level = fairLevel(wanted, room);
  return {
    file,
    selection: Math.min(selectionMost, level),
    context: sizes.context.map(() => level),
    spare: room - wanted.reduce((sum, each) => sum + Math.min(each, level), 0),
  };
}

/** Tokens of all blocks, each cut to its limit, with what stands around it. */
export function blocksTotal(sizes: Omit<BlockSizes, 'question'>, limits: BlockLimits): number {
  const shown = [
    Math.min(sizes.file, limits.file),
    Math.min(sizes.selection, limits.selection),
    ...sizes.context.map((size, index) => Math.min(size, limits.context[index] ?? 0)),
  ];
  return shown.filter((size) => size > 0).reduce((sum, size) => sum + size + BLOCK_OVERHEAD, 0);
}

/** The highest number to which everybody can be held within `room`. */
function fairLevel(wanted: readonly number[], room: number): number {
  const ascending = [...wanted].sort((a, b) => a - b);
  let left = room;
  for (const [index, each] of ascending.entries()) {
    const part = Math.floor(left / (ascending.length - index));
    if (each > part) return part;
    left -= each;
  }
  return room;
}

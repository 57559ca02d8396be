import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Editing as it was recorded: what a person did in an editor with Paddock's chat beside it, and when. See traceRecord.mjs. */
export interface Trace {
  readonly files: readonly TraceFile[];
  /** In the order of their times. */
  readonly events: readonly TraceEvent[];
}

export interface TraceFile {
  /** Relative to the workspace, with forward slashes. */
  readonly path: string;
  /** VS Code language id. */
  readonly language: string;
  /** Before the first event, and after the last one. Lines end in `\n`. */
  readonly text: string;
  readonly after: string;
}

/** `at` is in milliseconds from the beginning; `file` is a {@link TraceFile.path}. */
export type TraceEvent = { readonly at: number } & (
  | TraceKey
  /** Backspace: removes the character before the cursor; with Ctrl held, more of them. */
  | { readonly kind: 'delete'; readonly count: number }
  /** The cursor goes to another place of the file that is open. In UTF-16 code units from the file's beginning. */
  | { readonly kind: 'jump'; readonly file: string; readonly offset: number }
  /** Another file is opened, or shown again, with the cursor where it was. */
  | { readonly kind: 'switch'; readonly file: string }
  /** Nothing happens for so long. */
  | { readonly kind: 'pause'; readonly milliseconds: number }
  /** A conversation is opened in the chat: an earlier one, or a new one. */
  | { readonly kind: 'open'; readonly conversation: string }
  /** A question is sent in the conversation that is open. */
  | { readonly kind: 'ask'; readonly conversation: string; readonly text: string }
  | TraceExplain
);

/** A key press. A line break brings the next line's indentation along, as editors have it. */
export interface TraceKey {
  readonly kind: 'key';
  /** Goes in at the cursor. */
  readonly text: string;
}

/** A selection is explained, which begins and opens a conversation. Lines are 1-based and inclusive, of the text as it is then. */
export interface TraceExplain {
  readonly kind: 'explain';
  readonly conversation: string;
  readonly file: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** Looks for the file from here upwards, because this module also runs from a bundle in `out/<folder>`. */
function findTrace(folder = import.meta.dirname): string {
  const file = join(folder, 'test/bench/lib/trace.json');
  if (existsSync(file)) return file;
  const above = dirname(folder);
  if (above === folder) throw new Error('There is no test/bench/lib/trace.json above this module.');
  return findTrace(above);
}

/** The recorded trace. */
export function readTrace(): Trace {
  return JSON.parse(readFileSync(findTrace(), 'utf8')) as Trace;
}

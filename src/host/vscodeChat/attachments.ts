/** What was attached to a question in VS Code's chat, as the engine takes it. Pure. */
import type { FileBlock, SelectionBlock, UserContent } from '../../protocol/worker';

export type Attachment =
  | { readonly kind: 'document'; readonly file: FileBlock; readonly selection?: SelectionBlock }
  /** A text that is no document's: a terminal's output, a commit. */
  | { readonly kind: 'text'; readonly title: string; readonly text: string };

/** Where something attached is named in a prompt; the `#` in front of it counts. */
export interface Mention {
  readonly range?: readonly [start: number, end: number];
}

/**
 * A question with what is attached. The first document stands in front as the file that its lane shares with the other features; whatever
 * else there is stands in the text, in the order attached.
 */
export function userContent(words: string, attachments: readonly Attachment[]): UserContent {
  const first = attachments.find((attachment) => attachment.kind === 'document');
  const rest = attachments.filter((attachment) => attachment !== first).map((attachment) => blockOf(attachment, first?.file.path));
  return {
    text: [...rest, words].filter((part) => part !== '').join('\n\n'),
    ...(first === undefined ? {} : { file: first.file, ...(first.selection === undefined ? {} : { selection: first.selection }) }),
  };
}

/** A prompt in which what is attached is called by its name, as `#file:weather.py` by `weather.py`. */
export function withoutMarks(prompt: string, mentions: readonly Mention[]): string {
  let text = prompt;
  const ranges = mentions.flatMap(({ range }) => (range === undefined ? [] : [range])).sort(([a], [b]) => b - a);
  for (const [start, end] of ranges) {
    const name = text.slice(start, end);
    if (name.startsWith('#')) text = text.slice(0, start) + name.replace(/^#(\w+:)?/, '') + text.slice(end);
  }
  return text;
}

/** @param shown path of the file that is in the prompt already */
function blockOf(attachment: Attachment, shown: string | undefined): string {
  if (attachment.kind === 'text') return `${oneLine(attachment.title)}:\n${fenced(attachment.text, '')}`;
  const { file, selection } = attachment;
  const selected = selection && `Selected lines ${selection.startLine}-${selection.endLine} of ${oneLine(file.path)}:`;
  if (selection && selected) return `${selected}\n${fenced(selection.text, file.language)}`;
  return file.path === shown ? '' : `File ${oneLine(file.path)}:\n${fenced(file.text, file.language)}`;
}

/** In a fence that nothing within can close. */
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`{3,}/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

/** What was attached to a question in VS Code's chat, as the engine takes it. Pure. */
import type { ContextBlock, FileBlock, SelectionBlock, UserContent } from '../../contract/context';
import { fenceFor } from '../../util/text/fences';
import { toOneLine } from '../../util/text/lines';

export type Attachment = AttachedFile | AttachedText;

interface AttachedFile {
  readonly kind: 'document';
  readonly file: FileBlock;
  readonly selection?: SelectionBlock;
}

/** A text that is no document's: a terminal's output, a commit. */
interface AttachedText {
  readonly kind: 'text';
  readonly title: string;
  readonly text: string;
}

/** Where something attached is named in a prompt; the `#` in front of it counts. */
export interface Mention {
  readonly range?: readonly [start: number, end: number];
}

/**
 * A question with what is attached. The first document stands in front as the file that its lane shares with the other features; further
 * ones follow as blocks, which are cut by declarations where they are long; a text stands in front of the words.
 */
export function userContent(words: string, attachments: readonly Attachment[]): UserContent {
  const documents = attachments.filter((attachment) => attachment.kind === 'document');
  const texts = attachments.filter((attachment) => attachment.kind === 'text');
  const [first, ...rest] = documents;
  const context = rest.flatMap((document) => blocksOf(document, first?.file.path));
  return {
    text: [...texts.map(textBlock), words].filter((part) => part !== '').join('\n\n'),
    ...(first === undefined ? {} : { file: first.file, ...(first.selection === undefined ? {} : { selection: first.selection }) }),
    ...(context.length === 0 ? {} : { context }),
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
function blocksOf({ file, selection }: AttachedFile, shown: string | undefined): readonly ContextBlock[] {
  if (selection !== undefined) return [{ kind: 'selection', ...file, ...selection }];
  return file.path === shown ? [] : [{ kind: 'file', ...file }];
}

function textBlock({ title, text }: AttachedText): string {
  return `${toOneLine(title)}:\n${fenced(text)}`;
}

function fenced(text: string): string {
  const fence = fenceFor(text);
  return `${fence}\n${text.replace(/\n$/, '')}\n${fence}`;
}

import { Location, Range, Uri, window, workspace, type ChatPromptReference, type TextDocument, type TextEditor } from 'vscode';
import type { SelectionBlock } from '../../protocol/worker';
import { promptPath } from '../services/paths';
import type { Attachment } from './attachments';

export interface ReadReferences {
  /** In the order in which they stand in the prompt. */
  readonly attachments: readonly Attachment[];
  /** Where the documents among them are. */
  readonly places: readonly (Uri | Location)[];
  /** Those that could not be read, by what VS Code calls them. */
  readonly unread: readonly string[];
}

/** Most characters read of a document; the prompt is cut to tokens, this spares it files of many megabytes. */
const MOST_CHARACTERS = 400_000;

/** Reads what was attached to a question: files as they are in the editor, with changes not saved yet. Never rejects. */
export async function readReferences(references: readonly ChatPromptReference[]): Promise<ReadReferences> {
  const attachments: Attachment[] = [];
  const places: (Uri | Location)[] = [];
  const unread: string[] = [];
  // VS Code has the last one first.
  for (const reference of [...references].reverse()) {
    const attachment = await read(reference).catch(() => undefined);
    if (attachment === undefined) {
      unread.push(nameOf(reference));
      continue;
    }
    attachments.push(attachment);
    if (reference.value instanceof Uri || reference.value instanceof Location) places.push(reference.value);
  }
  return { attachments, places, unread };
}

/** The code the user looks at: what is selected in the active editor, else what is visible there. */
export function lookedAt(): { readonly attachment: Attachment; readonly place: Location } | undefined {
  const editor = window.activeTextEditor;
  if (editor === undefined) return undefined;
  const range = rangeOf(editor);
  return { attachment: documentOf(editor.document, range), place: new Location(editor.document.uri, range) };
}

async function read({ id, value, modelDescription }: ChatPromptReference): Promise<Attachment | undefined> {
  if (typeof value === 'string') return { kind: 'text', title: modelDescription ?? id, text: value.slice(0, MOST_CHARACTERS) };
  if (value instanceof Uri) return documentOf(await workspace.openTextDocument(value));
  if (value instanceof Location) return documentOf(await workspace.openTextDocument(value.uri), value.range);
  return undefined;
}

function documentOf(document: TextDocument, range?: Range): Attachment {
  const file = { path: promptPath(document.uri), language: document.languageId, text: document.getText().slice(0, MOST_CHARACTERS) };
  const selection = range && selectionOf(document, range);
  return { kind: 'document', file, ...(selection ? { selection } : {}) };
}

/** Whole lines. One that ends before a line's first character leaves that out. */
function selectionOf(document: TextDocument, range: Range): SelectionBlock | undefined {
  const { start, end } = document.validateRange(range);
  const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  const text = document.getText(new Range(start.line, 0, last, document.lineAt(last).range.end.character)).slice(0, MOST_CHARACTERS);
  return text.trim() === '' ? undefined : { startLine: start.line + 1, endLine: last + 1, text };
}

function rangeOf({ selection, visibleRanges }: TextEditor): Range {
  return selection.isEmpty ? (visibleRanges[0] ?? selection) : selection;
}

function nameOf({ id, value, modelDescription }: ChatPromptReference): string {
  return value instanceof Uri ? promptPath(value) : (modelDescription ?? id);
}

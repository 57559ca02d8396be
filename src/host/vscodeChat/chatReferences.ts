import { Location, Range, Uri, workspace, type ChatPromptReference, type TextDocument } from 'vscode';
import { sliceFromStart } from '../../util/text/wholeCharacters';
import { promptPath } from '../services/workspace/promptPaths';
import { currentEditor, targetRange, wholeLines } from '../services/documents/targetRange';
import type { Attachment } from './participantAttachments';

/** A document that goes along with a question. */
export interface AttachedDocument {
  readonly document: TextDocument;
  /** The part of it that the question is about: all of it where no part was named. */
  readonly range: Range;
  /** As VS Code is shown it. */
  readonly place: Uri | Location;
  readonly attachment: Attachment;
}

export interface ReadReferences {
  /** In the order in which they stand in the prompt. */
  readonly attachments: readonly Attachment[];
  readonly documents: readonly AttachedDocument[];
  /** Those that could not be read, by what VS Code calls them. */
  readonly unread: readonly string[];
}

/** Most characters read of a document; the prompt is cut to tokens, this spares it files of many megabytes. */
const MOST_CHARACTERS = 400_000;

/** Reads what was attached to a question: files as they are in the editor, with changes not saved yet. Never rejects. */
export async function readReferences(references: readonly ChatPromptReference[]): Promise<ReadReferences> {
  const attachments: Attachment[] = [];
  const documents: AttachedDocument[] = [];
  const unread: string[] = [];
  // VS Code has the last one first.
  for (const reference of [...references].reverse()) {
    const { id, value, modelDescription } = reference;
    if (typeof value === 'string') {
      attachments.push({ kind: 'text', title: modelDescription ?? id, text: sliceFromStart(value, MOST_CHARACTERS) });
      continue;
    }
    const attached = await readDocument(value).catch(() => undefined);
    if (attached === undefined) {
      unread.push(nameOf(reference));
      continue;
    }
    documents.push(attached);
    attachments.push(attached.attachment);
  }
  return { attachments, documents, unread };
}

/** The code the user looks at: what is selected in the editor, else the function around the cursor, else its line. */
export async function lookedAt(): Promise<AttachedDocument | undefined> {
  const editor = currentEditor();
  if (editor === undefined) return undefined;
  const { document, selection } = editor;
  const range = await targetRange(document, selection);
  return part(document, range);
}

async function readDocument(value: unknown): Promise<AttachedDocument | undefined> {
  if (value instanceof Uri) {
    const document = await workspace.openTextDocument(value);
    const range = new Range(0, 0, document.lineCount, 0);
    return { document, range, place: value, attachment: { kind: 'document', file: fileOf(document) } };
  }
  if (!(value instanceof Location)) return undefined;
  const document = await workspace.openTextDocument(value.uri);
  return part(document, wholeLines(document, document.validateRange(value.range)));
}

/** @param range whole lines */
function part(document: TextDocument, range: Range): AttachedDocument {
  const text = sliceFromStart(document.getText(range), MOST_CHARACTERS);
  const selection = { startLine: range.start.line + 1, endLine: range.end.line + 1, text };
  return {
    document,
    range,
    place: new Location(document.uri, range),
    attachment: { kind: 'document', file: fileOf(document), ...(text.trim() === '' ? {} : { selection }) },
  };
}

function fileOf(document: TextDocument): { path: string; language: string; text: string } {
  return { path: promptPath(document.uri), language: document.languageId, text: sliceFromStart(document.getText(), MOST_CHARACTERS) };
}

function nameOf({ id, value, modelDescription }: ChatPromptReference): string {
  return value instanceof Uri ? promptPath(value) : (modelDescription ?? id);
}

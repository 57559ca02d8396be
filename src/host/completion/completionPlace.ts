import type { CompletionRequest } from '../../contract/completion';
import * as vscode from 'vscode';
import { toWellFormed, withoutLastHalf } from '../../util/text/wholeCharacters';
import { promptPath } from '../services/workspace/promptPaths';
import type { TriggerFacts } from './completionTrigger';

/** Maximum UTF-16 code units that are read before and after the cursor. The worker takes of them what fits its budget. */
const MAX_BEFORE = 32_000;
const MAX_AFTER = 4_000;

/**
 * The cursor's surroundings, as if the item selected in IntelliSense had been accepted. Lines end in `\n`, whatever the document's do.
 * Only a window around the cursor is read: building the text of a 5 MB document at each key would stall the extension host.
 */
export interface Place {
  readonly prefix: string;
  readonly suffix: string;
  readonly line: { readonly before: string; readonly after: string };
  /** What a completion replaces, and the text of IntelliSense's item that it has to begin with. */
  readonly range: vscode.Range;
  readonly selected: string;
}

export function readPlace(document: vscode.TextDocument, position: vscode.Position, info?: vscode.SelectedCompletionInfo): Place {
  const range = info?.range ?? new vscode.Range(position, position);
  const selected = info?.text ?? '';
  const start = findWindowStart(document, range.start);
  const before = document.getText(new vscode.Range(start, range.start));
  // A window that starts inside a long line may start inside a character.
  const whole = start.character === 0 ? before : before.replace(/^[\uDC00-\uDFFF]/, '');
  const prefix = asPromptText(whole + selected);
  const end = document.offsetAt(range.end);
  const suffix = asPromptText(withoutLastHalf(document.getText(new vscode.Range(range.end, document.positionAt(end + MAX_AFTER)))));
  return {
    prefix,
    suffix,
    line: { before: prefix.slice(prefix.lastIndexOf('\n') + 1), after: suffix.split('\n', 1)[0] ?? '' },
    range,
    selected,
  };
}

/**
 * The position from which the text before the cursor is read. It depends on the cursor's offset only in steps of half the window, so it
 * stays put while the user types and the KV of what follows stays valid. It is the start of a line unless lines are long.
 */
function findWindowStart(document: vscode.TextDocument, cursor: vscode.Position): vscode.Position {
  const offset = document.offsetAt(cursor);
  if (offset <= MAX_BEFORE) return new vscode.Position(0, 0);
  const step = MAX_BEFORE / 2;
  const start = Math.ceil((offset - MAX_BEFORE) / step) * step;
  const from = document.positionAt(start);
  if (from.character === 0) return from;
  const nextLine = new vscode.Position(from.line + 1, 0);
  const isNear = from.line + 1 <= cursor.line && document.offsetAt(nextLine) - start < step / 2;
  return isNear ? nextLine : from;
}

/** Turns every line end into a line feed. A cursor inside a character, where an extension may put it, has U+FFFD on both sides. */
function asPromptText(text: string): string {
  return toWellFormed(text).replace(/\r\n?/g, '\n');
}

/** The part of a request that describes the place, for completions and for warm-ups. */
export function placeParams(
  document: vscode.TextDocument,
  place: Place,
): Pick<CompletionRequest, 'path' | 'language' | 'prefix' | 'suffix'> {
  return {
    path: promptPath(document.uri),
    language: document.languageId,
    prefix: place.prefix,
    suffix: place.suffix,
  };
}

/**
 * What decides about a document as a whole.
 * @param exclude globs of the user's; those of a workspace folder are relative to it
 */
export function editorFacts(
  document: vscode.TextDocument,
  exclude: readonly string[],
): Pick<TriggerFacts, 'path' | 'scheme' | 'selectionIsEmpty' | 'cursors' | 'excluded'> {
  const folder = vscode.workspace.getWorkspaceFolder(document.uri);
  const editor = vscode.window.activeTextEditor;
  const selections = editor?.document === document ? editor.selections : [];
  return {
    path: document.uri.path,
    scheme: document.uri.scheme,
    selectionIsEmpty: selections.every((selection) => selection.isEmpty),
    cursors: selections.length,
    excluded: exclude.some((glob) => {
      const pattern = folder ? new vscode.RelativePattern(folder, glob) : glob;
      return vscode.languages.match({ pattern }, document) > 0;
    }),
  };
}

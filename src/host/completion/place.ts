import * as vscode from 'vscode';
import { anchoredTail } from '../../prompt/ghost';
import type { CompleteParams } from '../../protocol/worker';
import { promptPath } from '../services/paths';
import type { TriggerFacts } from './trigger';

/** Most characters of the document sent to the worker, before and after the cursor; it takes of them what fits its budget. */
const mostBefore = 32_000;
const mostAfter = 4_000;

/** The cursor's surroundings, as if the item selected in IntelliSense had been accepted; lines end in `\n`, whatever the document's do. */
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
  const prefix = withLineFeeds(document.getText(new vscode.Range(new vscode.Position(0, 0), range.start)) + selected);
  const end = document.offsetAt(range.end);
  const suffix = withLineFeeds(document.getText(new vscode.Range(range.end, document.positionAt(end + mostAfter))));
  return {
    prefix,
    suffix,
    line: { before: prefix.slice(prefix.lastIndexOf('\n') + 1), after: suffix.split('\n', 1)[0] ?? '' },
    range,
    selected,
  };
}

function withLineFeeds(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

/** What the worker is told of a place, whether a suggestion is wanted there or only likely to be. */
export function placeParams(document: vscode.TextDocument, place: Place): Pick<CompleteParams, 'path' | 'language' | 'prefix' | 'suffix'> {
  return {
    path: promptPath(document.uri),
    language: document.languageId,
    prefix: anchoredTail(place.prefix, mostBefore),
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

/** Finds the cell of a notebook that code is for. The notebook's file is JSON, into which no code is put. */
import * as v from 'valibot';
import * as vscode from 'vscode';
import type { LastPlace } from '../../services/documents/lastEditor';
import { findCell, findNotebook, isCell } from '../../services/documents/notebooks';

/**
 * The document to change where `target` is a notebook or one of its cells: the cell with the text that the question was about, where one
 * has it; else the cell the user is in. `undefined` where neither says which. Other documents are their own target.
 */
export function cellFor(target: vscode.Uri, about: string | undefined, place: LastPlace | undefined): vscode.Uri | undefined {
  // A notebook that is open as text is being edited as text.
  if (place?.document.uri.toString() === target.toString()) return target;
  const notebook = isCell(target) ? findCell(target)?.notebook : findNotebook(target);
  if (notebook === undefined) return isCell(target) || isNotebookFile(target) ? undefined : target;
  const documents = notebook.getCells().map(({ document }) => document);
  const wanted = about?.replace(/\r\n?/g, '\n').trim() ?? '';
  const holders = wanted === '' ? [] : documents.filter((document) => document.getText().replace(/\r\n?/g, '\n').includes(wanted));
  const own = documents.find((document) => document === place?.document);
  // Numbers of cells shift: a cell that no longer has the text is not the one.
  const named = isCell(target) && (wanted === '' || holders.length === 0) ? target : undefined;
  const holder = holders.find(({ uri }) => uri.toString() === target.toString()) ?? holders.find((each) => each === own);
  return holder?.uri ?? (holders.length === 1 ? holders[0]?.uri : undefined) ?? named ?? own?.uri;
}

const contribution = v.object({
  contributes: v.object({
    notebooks: v.array(
      v.object({
        priority: v.optional(v.string()),
        selector: v.array(v.object({ filenamePattern: v.optional(v.string()) })),
      }),
    ),
  }),
});

/** Tells whether VS Code opens this file as a notebook, by what the installed extensions say. Only patterns of the form `*.end` are looked at. */
function isNotebookFile({ path }: vscode.Uri): boolean {
  return vscode.extensions.all.some(({ packageJSON }) => {
    const read = v.safeParse(contribution, packageJSON);
    const notebooks = read.success ? read.output.contributes.notebooks : [];
    return notebooks
      .filter(({ priority }) => priority !== 'option')
      .flatMap(({ selector }) => selector.map(({ filenamePattern }) => filenamePattern ?? ''))
      .some((pattern) => /^(?:\*\*\/)?\*\.[\w.-]+$/.test(pattern) && path.endsWith(pattern.slice(pattern.lastIndexOf('*') + 1)));
  });
}

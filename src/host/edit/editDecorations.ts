import * as vscode from 'vscode';
import type { Disposable } from '../../util/event';
import type { Edits } from './liveEdits';

/** Paints the lines of pending edits, in the colours of VS Code's own diffs; what goes is struck through, for whom colours do not tell. */
export function paintEdits(edits: Edits): vscode.Disposable {
  const removed = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('diffEditor.removedLineBackground'),
    textDecoration: 'line-through',
    overviewRulerColor: new vscode.ThemeColor('diffEditorOverview.removedForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
  });
  const added = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('diffEditor.insertedLineBackground'),
    overviewRulerColor: new vscode.ThemeColor('diffEditorOverview.insertedForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
  });
  const paint = (editor: vscode.TextEditor): void => {
    const edit = edits.of(editor.document)?.edit;
    editor.setDecorations(removed, wholeLines(edit?.linesOf('removed') ?? []));
    editor.setDecorations(added, wholeLines(edit?.linesOf('added') ?? []));
  };
  const paintAll = (editors: readonly vscode.TextEditor[]): void => {
    for (const editor of editors) paint(editor);
  };
  paintAll(vscode.window.visibleTextEditors);
  return vscode.Disposable.from(
    removed,
    added,
    edits.onDidChange((document) => {
      paintAll(vscode.window.visibleTextEditors.filter((editor) => editor.document === document));
    }),
    vscode.window.onDidChangeVisibleTextEditors(paintAll),
  );
}

/** Marks lines while the user is asked about them. */
export function highlight(editor: vscode.TextEditor, start: number, end: number): Disposable {
  const type = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('editor.rangeHighlightBackground'),
  });
  editor.setDecorations(type, [new vscode.Range(start, 0, end - 1, 0)]);
  return type;
}

function wholeLines(lines: readonly number[]): readonly vscode.Range[] {
  return lines.map((line) => new vscode.Range(line, 0, line, 0));
}

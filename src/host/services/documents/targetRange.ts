import * as vscode from 'vscode';
import { withTimeout } from '../../../util/timeout';
import { selectedCell } from './notebooks';

/** Symbols that stand for a piece of code by themselves. */
const callable: ReadonlySet<vscode.SymbolKind> = new Set([
  vscode.SymbolKind.Function,
  vscode.SymbolKind.Method,
  vscode.SymbolKind.Constructor,
]);

/** The same, where they go over several lines: a variable that holds a function, a test, a class without methods around the cursor. */
const container: ReadonlySet<vscode.SymbolKind> = new Set([
  vscode.SymbolKind.Variable,
  vscode.SymbolKind.Constant,
  vscode.SymbolKind.Property,
  vscode.SymbolKind.Field,
  vscode.SymbolKind.Class,
  vscode.SymbolKind.Interface,
  vscode.SymbolKind.Struct,
  vscode.SymbolKind.Enum,
]);

/**
 * What a command is about, in whole lines: the selection; without one the function around the place, by the language's own symbols; else
 * the line.
 */
export async function targetRange(document: vscode.TextDocument, selection: vscode.Range): Promise<vscode.Range> {
  if (!selection.isEmpty) return wholeLines(document, selection);
  if (document.lineAt(selection.start.line).isEmptyOrWhitespace) return wholeLines(document, selection);
  return wholeLines(document, enclosing(await symbolsOf(document), selection.start) ?? selection);
}

/** A range in whole lines. One that ends before a line's first character leaves that line out. */
export function wholeLines(document: vscode.TextDocument, { start, end }: vscode.Range): vscode.Range {
  const last = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  return new vscode.Range(new vscode.Position(start.line, 0), document.lineAt(last).range.end);
}

/** The innermost function around a place; where there is none, the innermost other symbol of several lines. */
export function enclosing(symbols: readonly vscode.DocumentSymbol[], place: vscode.Position): vscode.Range | undefined {
  const around = pathTo(symbols, place);
  return (
    around.findLast(({ kind }) => callable.has(kind)) ??
    around.findLast(({ kind, range }) => container.has(kind) && range.end.line > range.start.line)
  )?.range;
}

function pathTo(symbols: readonly vscode.DocumentSymbol[], place: vscode.Position): readonly vscode.DocumentSymbol[] {
  const symbol = symbols.find(({ range }) => range.contains(place));
  return symbol === undefined ? [] : [symbol, ...pathTo(symbol.children, place)];
}

/** Longest that a language server, which may be starting, is waited for; in milliseconds. */
const SYMBOLS_LIMIT = 2000;

async function symbolsOf(document: vscode.TextDocument): Promise<readonly vscode.DocumentSymbol[]> {
  const asked = vscode.commands.executeCommand<readonly (vscode.DocumentSymbol | vscode.SymbolInformation)[] | undefined>(
    'vscode.executeDocumentSymbolProvider',
    document.uri,
  );
  const found = await withTimeout(asked, SYMBOLS_LIMIT, () => undefined);
  // Providers of the older kind give a flat list without the ranges of what is around a name.
  return (found ?? []).filter((symbol): symbol is vscode.DocumentSymbol => 'children' in symbol);
}

/** Documents that hold no code of the user's: output, inputs of views, commit messages. */
const foreignSchemes: ReadonlySet<string> = new Set(['output', 'comment', 'vscode-scm', 'search-editor', 'debug']);

/** Whether a document is one that code is written in, as far as its address tells. */
export function holdsCode({ uri }: vscode.TextDocument): boolean {
  return !foreignSchemes.has(uri.scheme);
}

/** A place that a command is about. */
export type EditorPlace = Pick<vscode.TextEditor, 'document' | 'selection'>;

/**
 * The place that a command without arguments is about: the active editor, else the first that can be seen, as when the chat is in a tab. In a
 * notebook it is the selected cell, and all of it where it has no editor.
 */
export function currentEditor(): EditorPlace | undefined {
  const { visibleTextEditors } = vscode.window;
  const document = selectedCell()?.document;
  const active = activeEditor();
  if (document !== undefined && active === undefined) {
    const { start, end } = document.validateRange(new vscode.Range(0, 0, document.lineCount, 0));
    return { document, selection: new vscode.Selection(start, end) };
  }
  return [active, ...visibleTextEditors].find((editor) => editor !== undefined && holdsCode(editor.document));
}

/** VS Code's active editor. In a notebook that may be the one of a cell that was left: then the selected cell's, where it has one. */
export function activeEditor(): vscode.TextEditor | undefined {
  const { activeTextEditor, visibleTextEditors } = vscode.window;
  const document = selectedCell()?.document;
  if (document === undefined || activeTextEditor?.document === document) return activeTextEditor;
  return visibleTextEditors.find((editor) => editor.document === document);
}

import fuzzysort from 'fuzzysort';
import { commands, workspace, type DocumentSymbol, type Range, type SymbolInformation, type TextEditor, type Uri } from 'vscode';
import { promptPath } from '../../services/workspace/promptPaths';
import type { SharingRules } from '../../services/workspace/contentExclusion';
import type { SymbolOffer } from './mentionSuggestions';

/** Of either list. */
const mostSymbols = 20;
/** Of a match, from 0 to 1. */
const leastScore = 0.3;

interface Declared {
  readonly name: string;
  readonly range: Range;
}

/** Symbols by what was typed of their names: those of the editor's document first, then the workspace's. Never rejects. */
export async function findSymbols(
  typed: string,
  editor: Pick<TextEditor, 'document'> | undefined,
  rules: Pick<SharingRules, 'offers'>,
): Promise<readonly SymbolOffer[]> {
  const here = editor === undefined ? [] : await symbolsIn(editor.document.uri);
  const matching =
    typed === '' ? here : fuzzysort.go(typed, here, { key: 'name', limit: mostSymbols, threshold: leastScore }).map(({ obj }) => obj);
  const near = matching.slice(0, mostSymbols).map(({ name, range }) => offer(editor?.document.uri, name, range));
  const far = typed === '' ? [] : await workspaceSymbols(typed, rules);
  const all = [...near, ...far].filter((each) => each !== undefined);
  return [...new Map(all.map((each) => [`${each.uri} ${String(each.startLine)} ${each.name}`, each])).values()];
}

/** The declaration called `name` that is at or nearest to a line, counted from 1; `undefined` where the language server knows none. */
export async function declarationOf(uri: Uri, name: string, line: number): Promise<Range | undefined> {
  const distance = ({ range }: Declared): number => Math.abs(range.start.line + 1 - line);
  const named = (await symbolsIn(uri)).filter((symbol) => symbol.name === name);
  return named.sort((a, b) => distance(a) - distance(b))[0]?.range;
}

async function workspaceSymbols(typed: string, rules: Pick<SharingRules, 'offers'>): Promise<readonly (SymbolOffer | undefined)[]> {
  const found = await ask<SymbolInformation>('vscode.executeWorkspaceSymbolProvider', typed);
  const inside = found.filter(({ location }) => workspace.getWorkspaceFolder(location.uri) !== undefined).slice(0, mostSymbols);
  const offered = await Promise.all(inside.map(({ location }) => rules.offers(location.uri)));
  return inside.filter((_, index) => offered[index]).map(({ name, location }) => offer(location.uri, name, location.range));
}

async function symbolsIn(uri: Uri): Promise<readonly Declared[]> {
  return flatten(await ask<DocumentSymbol | SymbolInformation>('vscode.executeDocumentSymbolProvider', uri));
}

function flatten(symbols: readonly (DocumentSymbol | SymbolInformation)[]): readonly Declared[] {
  return symbols.flatMap((symbol) =>
    'location' in symbol
      ? [{ name: symbol.name, range: symbol.location.range }]
      : [{ name: symbol.name, range: symbol.range }, ...flatten(symbol.children)],
  );
}

/** A language server may be starting, or fail. */
async function ask<T>(command: string, argument: unknown): Promise<readonly T[]> {
  try {
    return (await commands.executeCommand<readonly T[] | undefined>(command, argument)) ?? [];
  } catch {
    return [];
  }
}

function offer(uri: Uri | undefined, name: string, range: Range): SymbolOffer | undefined {
  if (uri === undefined) return undefined;
  return { uri: uri.toString(), path: promptPath(uri), name, startLine: range.start.line + 1, endLine: range.end.line + 1 };
}

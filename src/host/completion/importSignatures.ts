import * as vscode from 'vscode';
import { withTimeout } from '../../util/timeout';
import { MAX_IMPORT_LINES, namesOfImports } from './importedNames';

/** How long the language server has, in milliseconds. */
const patience = 500;
/** Names that are looked up: the first ones, as those of a long list are seldom all needed. */
const mostNames = 12;
/** Lines of a signature. */
const mostLines = 4;

/**
 * The first lines of what a document imports from the workspace's files, where a language server answers in time; those of a class or a
 * function say how it is used.
 */
export async function importSignatures(document: vscode.TextDocument): Promise<readonly { uri: vscode.Uri; range: vscode.Range }[]> {
  const head = document.getText(new vscode.Range(0, 0, MAX_IMPORT_LINES, 0));
  const names = namesOfImports(head).slice(0, mostNames);
  const found = await Promise.all(names.map(({ line, character }) => inTime(definitionOf(document, new vscode.Position(line, character)))));
  return found.flatMap((each) => (each ? [each] : []));
}

async function definitionOf(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<{ uri: vscode.Uri; range: vscode.Range } | undefined> {
  const [definition] = await vscode.commands.executeCommand<readonly (vscode.Location | vscode.LocationLink)[]>(
    'vscode.executeDefinitionProvider',
    document.uri,
    position,
  );
  if (!definition) return undefined;
  const [uri, { start, end }] =
    'targetUri' in definition ? [definition.targetUri, definition.targetRange] : [definition.uri, definition.range];
  if (uri.toString() === document.uri.toString() || !vscode.workspace.getWorkspaceFolder(uri)) return undefined;
  const last = Math.min(Math.max(end.line, start.line), start.line + mostLines - 1);
  return { uri, range: new vscode.Range(start.line, 0, last, Number.MAX_SAFE_INTEGER) };
}

async function inTime<T>(work: Promise<T>): Promise<T | undefined> {
  // A language server that fails is one that does not answer.
  return withTimeout(work, patience, () => undefined).catch(() => undefined);
}

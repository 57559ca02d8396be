/** What is in an item at this moment, in the words a prompt has for it; or why it cannot be known, in the user's. */
import { DiagnosticSeverity, FileType, Range, Uri, l10n, languages, window, workspace, type Diagnostic, type TextDocument } from 'vscode';
import { toOneLine } from '../../../util/text/lines';
import { sliceFromStart } from '../../../util/text/wholeCharacters';
import { cutDiff } from '../../../prompt/context/cutDiff';
import { openGit, type GitRepository } from '../../services/git/gitRepository';
import { readGitChanges } from '../../services/git/gitChanges';
import { formatCount } from '../../ui/numberFormat';
import { promptPath } from '../../services/workspace/promptPaths';
import type { Item, Reading } from './contextItems';
import { declarationOf } from './workspaceSymbols';

/** Larger files are not even opened. */
const mostBytes = 10 * 1024 * 1024;
/** Most characters of a text that go to the worker, which cuts to tokens. */
const mostCharacters = 400_000;
/** Most problems that are told: the first ones are the worst. */
const mostProblems = 100;

/** Reads an item. Never rejects. */
export async function readItem(item: Item): Promise<Reading> {
  try {
    return await read(item);
  } catch (error) {
    return unreadable(l10n.t('This cannot be read: {0} Remove it to send the question.', sentence(error)));
  }
}

async function read(item: Item): Promise<Reading> {
  switch (item.kind) {
    case 'file':
      return readFile(Uri.parse(item.uri));
    case 'selection':
      return readLines(item);
    case 'symbol':
      return readSymbol(item);
    case 'problems':
      return readProblems(item.uri === undefined ? undefined : Uri.parse(item.uri));
    case 'terminal':
      return { kind: 'read', block: item };
    case 'changes':
      return readChanges();
  }
}

async function readFile(uri: Uri): Promise<Reading> {
  const document = await openDocument(uri);
  if (typeof document === 'string') return unreadable(document);
  const editor = window.visibleTextEditors.find((each) => each.document === document);
  return {
    kind: 'read',
    block: { kind: 'file', ...describe(document), text: sliceFromStart(document.getText(), mostCharacters) },
    ...(editor === undefined ? {} : { cursorLine: editor.selection.active.line + 1 }),
  };
}

async function readLines({ uri, startLine, endLine }: Extract<Item, { kind: 'selection' }>): Promise<Reading> {
  const document = await openDocument(Uri.parse(uri));
  if (typeof document === 'string') return unreadable(document);
  if (startLine > document.lineCount) return unreadable(linesGone(document));
  const range = toWholeLines(document, startLine, endLine);
  const lines = { startLine, endLine: range.end.line + 1 };
  return { kind: 'read', block: { kind: 'selection', ...describe(document), ...lines, text: textOf(document, range) } };
}

async function readSymbol({ uri, name, startLine, endLine }: Extract<Item, { kind: 'symbol' }>): Promise<Reading> {
  const document = await openDocument(Uri.parse(uri));
  if (typeof document === 'string') return unreadable(document);
  // The search for symbols may know the name's line alone; and lines move.
  const declared = await declarationOf(document.uri, name, startLine);
  const [first, last] = declared === undefined ? [startLine, endLine] : [declared.start.line + 1, declared.end.line + 1];
  if (first > document.lineCount) return unreadable(linesGone(document));
  const range = toWholeLines(document, first, last);
  const lines = { startLine: first, endLine: range.end.line + 1 };
  return { kind: 'read', block: { kind: 'symbol', ...describe(document), name, ...lines, text: textOf(document, range) } };
}

function readProblems(uri: Uri | undefined): Reading {
  const all: readonly (readonly [Uri, readonly Diagnostic[]])[] =
    uri === undefined ? languages.getDiagnostics() : [[uri, languages.getDiagnostics(uri)]];
  const problems = all
    .flatMap(([file, diagnostics]) => diagnostics.map((diagnostic) => ({ file, diagnostic })))
    .filter(({ diagnostic }) => diagnostic.severity <= DiagnosticSeverity.Warning)
    .sort((a, b) => a.diagnostic.severity - b.diagnostic.severity)
    .slice(0, mostProblems)
    .map(({ file, diagnostic }) => problemLine(file, diagnostic));
  if (problems.length === 0) {
    const where = uri === undefined ? l10n.t('the workspace') : promptPath(uri);
    return unreadable(l10n.t('No problems are reported in {0} now. Remove this to send the question.', where));
  }
  return { kind: 'read', block: { kind: 'problems', ...(uri && { path: promptPath(uri) }), text: problems.join('\n') } };
}

/** As compilers write it, which every model has read often. */
function problemLine(file: Uri, { range, severity, message, source, code }: Diagnostic): string {
  const place = `${promptPath(file)}:${String(range.start.line + 1)}:${String(range.start.character + 1)}`;
  const kind = severity === DiagnosticSeverity.Error ? 'error' : 'warning';
  const id = typeof code === 'object' ? code.value : code;
  const origin = [source, id].filter((part) => part !== undefined).join(' ');
  return `${place}: ${kind}: ${toOneLine(message)}${origin === '' ? '' : ` (${origin})`}`;
}

async function readChanges(): Promise<Reading> {
  const git = await openGit();
  if (git === undefined)
    return unreadable(l10n.t('The changes are not known, as VS Code’s Git extension is switched off. Switch it on, or remove this.'));
  const repository = repositoryOf(window.activeTextEditor?.document.uri, git.repositories);
  if (repository === undefined)
    return unreadable(l10n.t('There are no changes to attach, as this folder is in no Git repository. Remove this to send the question.'));
  const staged = await readGitChanges(git.program, repository, { staged: true });
  const unstaged = await readGitChanges(git.program, repository, { staged: false });
  const parts = [staged, unstaged].filter((files) => files.length > 0);
  if (parts.length === 0)
    return unreadable(l10n.t('There are no changes to attach: everything is committed. Remove this to send the question.'));
  return {
    kind: 'read',
    block: { kind: 'changes', text: parts.map((files) => cutDiff(files, mostCharacters / parts.length).text).join('\n') },
  };
}

/** The innermost one that has the file, else the one selected in the source control view, else the first. */
function repositoryOf(file: Uri | undefined, repositories: readonly GitRepository[]): GitRepository | undefined {
  const around = repositories
    .filter(({ rootUri }) => file?.path.startsWith(`${rootUri.path}/`))
    .sort((a, b) => b.rootUri.path.length - a.rootUri.path.length);
  return around[0] ?? repositories.find(({ ui }) => ui.selected) ?? repositories[0];
}

/** The document, or the sentence that says why there is none. */
async function openDocument(uri: Uri): Promise<TextDocument | string> {
  const open = workspace.textDocuments.find((document) => !document.isClosed && document.uri.toString() === uri.toString());
  if (open) return open;
  const path = promptPath(uri);
  let stat;
  try {
    stat = await workspace.fs.stat(uri);
  } catch {
    return l10n.t('{0} is no longer there. Bring it back, or remove it to send the question.', path);
  }
  if ((stat.type & FileType.Directory) !== 0) return l10n.t('{0} is a folder. Remove it, and attach the files in it that matter.', path);
  if (stat.size > mostBytes)
    return l10n.t('{0} is too big to attach ({1} MB). Remove it, and attach the lines that matter.', path, megabytes(stat.size));
  try {
    return await workspace.openTextDocument(uri);
  } catch {
    return l10n.t('{0} is not a text file. Remove it to send the question.', path);
  }
}

function describe(document: TextDocument): { readonly path: string; readonly language: string } {
  return { path: promptPath(document.uri), language: document.languageId };
}

/** Whole lines, counted from 1, as far as there are any. */
function toWholeLines(document: TextDocument, startLine: number, endLine: number): Range {
  const last = Math.min(endLine, document.lineCount) - 1;
  return new Range(startLine - 1, 0, last, document.lineAt(last).range.end.character);
}

function textOf(document: TextDocument, range: Range): string {
  return sliceFromStart(document.getText(range), mostCharacters);
}

function linesGone(document: TextDocument): string {
  return l10n.t('The attached lines of {0} are no longer there. Remove them to send the question.', promptPath(document.uri));
}

function megabytes(bytes: number): string {
  return formatCount(bytes / 1024 / 1024);
}

function unreadable(problem: string): Reading {
  return { kind: 'unreadable', problem };
}

function sentence(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).trim();
  return /[.!?。]$/u.test(text) ? text : `${text}.`;
}

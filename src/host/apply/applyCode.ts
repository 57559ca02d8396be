/** What is done with the code of an answer. Only what the user pressed, and for Apply only a proposal. */
import {
  Selection,
  commands,
  l10n,
  languages,
  window,
  workspace,
  type Range,
  type SymbolInformation,
  DocumentSymbol,
  type TextDocument,
  type Uri,
} from 'vscode';
import { getIndent, splitLines, trimBlankLines } from '../../util/text/lines';
import { withTimeout } from '../../util/timeout';
import { isReadOnly, readOnlySentence, replaceText } from '../services/documents/documentEdits';
import { confirmWarning, encodingWarning, missingCharacters } from '../services/documents/encodings';
import type { LastPlace, LastEditor } from '../services/documents/lastEditor';
import { isCell, showDocument } from '../services/documents/notebooks';
import { plainName, shownPath } from '../services/workspace/workspacePaths';
import { placeSurely } from './proposal/askAboutPlacement';
import { askForTarget } from './target/askForTarget';
import { cellFor } from './target/notebookCells';
import { declarationsIn, leadingStart, type Declaration } from './merge/declarations';
import { indentUnit, reindented } from './merge/indentation';
import { languageIdOf } from './merge/languageIds';
import { type LineSpan } from './merge/codeLines';
import { namedFiles } from './target/namedFiles';
import type { Proposals } from './proposal/proposals';
import { findTarget, type Attached } from './target/applyTarget';

/** A code block of an answer, as the chat hands it over. Everything in it is the model's. */
export interface Code {
  readonly code: string;
  /** The fence's info string. */
  readonly info: string;
  /** The line of prose before the block. */
  readonly before: string;
}

/** What the turn was asked with. */
export interface About {
  readonly file?: Attached;
  readonly selection?: Lines;
  /** What was attached beside: files, parts of files, and what is in none. */
  readonly context?: readonly (Partial<Lines> & Partial<Attached> & { readonly kind: string; readonly text: string })[];
}

/** Lines of a file, from 1 and inclusive. */
interface Lines {
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
}

/** How long a language may take to say what is declared in a file, in milliseconds: its server may be starting. */
const SYMBOLS_MILLISECONDS = 1500;

/** Proposes to put the code where it belongs. */
export async function applyCode(code: Code, about: About, editor: LastEditor, proposals: Proposals): Promise<void> {
  if (!workspace.isTrusted) {
    await refuseUntrusted();
    return;
  }
  const named = namedFiles(code.info, code.before, splitLines(code.code));
  const attached = attachedTo(about);
  const found = await askForTarget(await findTarget(named, attached.file, editor.current), named.lines.join('\n'));
  if (found === undefined) return;
  // What was selected elsewhere tells nothing of a notebook that the block names.
  const isAboutFound = attached.file?.uri === undefined || attached.file.uri === found.toString() || isCell(found);
  const target = cellFor(found, isAboutFound ? attached.part?.text : undefined, editor.current);
  if (target === undefined) {
    void window.showInformationMessage(
      l10n.t('Put the cursor into the cell of {0} that the code is for, then try again.', plainName(shownPath(found))),
    );
    return;
  }
  const document = await opened(target);
  if (document === undefined) return;
  if (await isReadOnly(target)) {
    void window.showWarningMessage(readOnlySentence());
    return;
  }
  const original = splitLines(document.getText());
  const isAttached = attached.file?.uri === undefined || [found, target].some((uri) => uri.toString() === attached.file?.uri);
  const selection = isAttached && attached.part && whereIs(splitLines(attached.part.text), attached.part.startLine - 1, original);
  const cursor = editor.current?.document === document ? editor.current.selection.active.line : undefined;
  const block = splitLines(code.code);
  const input = {
    original,
    // A first line that the file has as well is no name of the file.
    block: block[0]?.trim() === original[0]?.trim() ? block : named.lines,
    declarations: await declarationsOf(document, original),
    ...(selection ? { selection } : {}),
    ...(cursor === undefined ? {} : { cursor }),
  };
  const lines = await placeSurely(input, plainName(shownPath(target)));
  if (lines === undefined) return;
  if (lines.join('\n') === original.join('\n')) {
    void window.showInformationMessage(l10n.t('{0} has this code already.', plainName(shownPath(target))));
    return;
  }
  await proposals.propose(document, original, lines);
}

/** Puts the code in where the user was last, in place of what is selected there. */
export async function insertCode({ code }: Code, { current: editor }: LastEditor): Promise<void> {
  if (editor === undefined) {
    void window.showInformationMessage(l10n.t('There is no editor to insert into. Open a file and put the cursor where the code belongs.'));
    return;
  }
  const { document } = editor;
  const warning = await encodingWarning(document, code);
  if (warning !== undefined && !(await confirmWarning(document, warning, l10n.t('Insert Anyway')))) return;
  // Taken only now: the document may have changed while the user was asked.
  const selection = new Selection(document.validatePosition(editor.selection.start), document.validatePosition(editor.selection.end));
  const line = document.lineAt(selection.start.line).text;
  const indent = getIndent(line.slice(0, selection.start.character));
  const lines = reindented(trimBlankLines(splitLines(code)), indent, indentUnit(splitLines(document.getText())));
  // The cursor's line has its own indentation, or text before the cursor.
  const inserted = lines.join('\n').slice(indent.length);
  if (inserted === '') return;
  const text = editor.isEnd === true && line.trim() !== '' ? `\n${inserted}` : inserted;
  if (await put(editor, selection, text)) return;
  void window.showWarningMessage(
    l10n.t(
      'The code could not be inserted into {0}. See whether it can be written to, then try again.',
      plainName(shownPath(document.uri)),
    ),
  );
}

/** Shows a place and replaces a range there. `false` where nothing was changed. */
async function put({ document, viewColumn }: LastPlace, range: Range, text: string): Promise<boolean> {
  try {
    const shown = await showDocument(document, viewColumn === undefined ? {} : { viewColumn });
    if (shown === undefined) return await replaceText(document, [{ range, text }]);
    const { version } = document;
    const isDone = await shown.edit((edit) => {
      edit.replace(range, text);
    });
    // A read-only editor says that it has done what it has not.
    return isDone && document.version !== version;
  } catch {
    // The document is gone, or its editor was closed this moment.
    return false;
  }
}

/** Opens the code as a document of its own, not saved yet. */
export async function newFile({ code, info }: Code): Promise<void> {
  const language = languageIdOf(info);
  const isKnown = (await languages.getLanguages()).includes(language);
  const content = `${code}\n`;
  const encoding = workspace.getConfiguration('files').get('encoding', 'utf8');
  // A new file may have the encoding that holds everything.
  const isHeld = (await missingCharacters(content, encoding)).length === 0;
  const document = await workspace.openTextDocument({ content, ...(isKnown ? { language } : {}), ...(isHeld ? {} : { encoding: 'utf8' }) });
  await window.showTextDocument(document, { preview: false });
}

async function refuseUntrusted(): Promise<void> {
  const manage = l10n.t('Manage Workspace Trust');
  const message = l10n.t('Code is applied to files only in a workspace you trust.');
  if ((await window.showInformationMessage(message, manage)) === manage) await commands.executeCommand('workbench.trust.manage');
}

async function opened(uri: Uri): Promise<TextDocument | undefined> {
  try {
    return await workspace.openTextDocument(uri);
  } catch {
    void window.showErrorMessage(
      l10n.t('{0} cannot be opened as text. Open the file the code is about, then try again.', plainName(shownPath(uri))),
    );
    return undefined;
  }
}

/** The file a question was about, or the first one attached to it, and the part of it that was selected. */
function attachedTo({ file, selection, context = [] }: About): { readonly file?: Attached; readonly part?: Lines } {
  if (file !== undefined) return { file, ...(selection === undefined ? {} : { part: selection }) };
  const first = context.find(({ path }) => path !== undefined);
  if (first?.path === undefined) return {};
  const { path, uri, startLine, endLine, text } = first;
  return {
    file: { path, ...(uri === undefined ? {} : { uri }) },
    ...(startLine === undefined || endLine === undefined ? {} : { part: { startLine, endLine, text } }),
  };
}

/** Where `lines` are in `original`: where they were, or else the one other place. */
function whereIs(lines: readonly string[], start: number, original: readonly string[]): LineSpan | undefined {
  const isAt = (at: number): boolean => lines.every((line, index) => original[at + index] === line);
  if (isAt(start)) return { start, end: start + lines.length };
  const [only, another] = original.flatMap((_line, at) => (isAt(at) ? [at] : []));
  return only === undefined || another !== undefined ? undefined : { start: only, end: only + lines.length };
}

/** By the language's own symbols; where there are none, as declarations look. */
async function declarationsOf(document: TextDocument, lines: readonly string[]): Promise<readonly Declaration[]> {
  const asked = commands.executeCommand<readonly (DocumentSymbol | SymbolInformation)[] | undefined>(
    'vscode.executeDocumentSymbolProvider',
    document.uri,
  );
  const symbols = await withTimeout(asked, SYMBOLS_MILLISECONDS, () => undefined);
  const found = (symbols ?? []).filter((symbol) => symbol instanceof DocumentSymbol).flatMap((symbol) => fromSymbol(symbol, lines));
  return found.length > 0 ? found : declarationsIn(lines);
}

function fromSymbol({ name, range, selectionRange, children }: DocumentSymbol, lines: readonly string[]): readonly Declaration[] {
  // Java has the parameters in the name, Go the receiver.
  const [, bare] = /^(?:\([^)]*\)\.)?([\p{L}_$][\p{L}\p{N}_$]*)/u.exec(name) ?? [];
  const { line } = selectionRange.start;
  const inside = children.flatMap((child) => fromSymbol(child, lines));
  if (bare === undefined) return inside;
  return [{ name: bare, line, start: Math.min(range.start.line, leadingStart(lines, line)), end: range.end.line + 1 }, ...inside];
}

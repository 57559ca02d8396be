import * as vscode from 'vscode';
import { servingModel, type LanguageModel } from '../llm/languageModel';
import { reportProblem } from '../ui/showError';
import { commandIds } from '../services/commandIds';
import { readOnlySentence } from '../services/documents/documentEdits';
import { confirmWarning, encodingWarning, reopenLabel, reopenWithEncoding } from '../services/documents/encodings';
import type { Log } from '../services/log';
import { activeEditor } from '../services/documents/targetRange';
import { askInstruction, editParams, editPlace, editTarget, refusal, type EditTarget } from './editRequest';
import { highlight, paintEdits } from './editDecorations';
import { Edits, type LiveEdit } from './liveEdits';
import { EditLenses } from './editLenses';
import { EditMemory } from './editMemory';
import type { PendingEdit, Verdict } from './pendingEdit';
import { EditWriter, type Written } from './editWriter';

export interface EditDeps {
  readonly engine: LanguageModel;
  readonly log: Log;
  /** System text; empty for none. The chat's, so that both share their prompts' beginning. */
  readonly system: () => string;
  /** What the settings ask for, until a model says what it has. */
  readonly contextTokens: () => number;
  /** The workspace's. */
  readonly memory: vscode.Memento;
}

/** Context key: the active editor has an edit to accept or discard, or one that is being written. */
const PENDING = 'paddock.editPending';

/** Inline edit: an instruction at the selection, the answer as a diff in place. */
export function registerEdit(deps: EditDeps): vscode.Disposable {
  const edits = new Edits(new EditMemory(deps.memory), deps.log);
  const lenses = new EditLenses(edits);
  const feature = new InlineEdit(deps, edits);
  const settle = (verdict: Verdict) => () => feature.settle(verdict);
  const settleHunk = (verdict: Verdict) => (line: unknown) => feature.settleHunk(verdict, line);
  return vscode.Disposable.from(
    edits,
    lenses,
    paintEdits(edits),
    trackContext(edits),
    vscode.languages.registerCodeLensProvider('*', lenses),
    vscode.commands.registerCommand(commandIds.inlineEdit, () => feature.begin()),
    vscode.commands.registerCommand(commandIds.acceptEdit, settle('accept')),
    vscode.commands.registerCommand(commandIds.discardEdit, settle('discard')),
    vscode.commands.registerCommand(commandIds.acceptEditHunk, settleHunk('accept')),
    vscode.commands.registerCommand(commandIds.discardEditHunk, settleHunk('discard')),
  );
}

class InlineEdit {
  /** The instruction given last, offered again. */
  private last = '';

  constructor(
    private readonly deps: EditDeps,
    private readonly edits: Edits,
  ) {}

  async begin(): Promise<void> {
    const editor = activeEditor();
    if (editor === undefined) {
      void vscode.window.showInformationMessage(vscode.l10n.t('Open a file and select the code you want changed.'));
      return;
    }
    if (this.edits.of(editor.document) !== undefined && !(await this.settledFirst(editor.document))) return;
    const target = await editTarget(editor);
    const refused = await refusal(target, this.contextTokens());
    if (refused !== undefined) {
      await showRefusal(refused);
      return;
    }
    const warning = await encodingWarning(editor.document, '');
    if (warning !== undefined && !(await confirmWarning(editor.document, warning, vscode.l10n.t('Edit Anyway')))) return;
    const marked = highlight(editor, target.start, target.end);
    const { version } = editor.document;
    const instruction = await askInstruction(target, this.last);
    marked.dispose();
    if (instruction === undefined || instruction.trim() === '') return;
    this.last = instruction;
    const now = editor.document.isClosed ? successor(editor) : editor;
    if (now === undefined) {
      void vscode.window.showWarningMessage(vscode.l10n.t('The file was closed meanwhile, so nothing was changed. Open it and ask again.'));
      return;
    }
    // Whatever changed the document meanwhile may have moved the lines.
    const isSame = now !== editor || editor.document.version === version;
    await this.write(now, isSame ? { ...target, document: now.document } : await editTarget(now), instruction);
  }

  async settle(verdict: Verdict, document = activeEditor()?.document): Promise<void> {
    const live = this.edits.of(document);
    if (live !== undefined) await this.edits.settle(live, verdict);
  }

  /** The hunk at a line, which a button names, or else the cursor. */
  async settleHunk(verdict: Verdict, line: unknown): Promise<void> {
    const editor = activeEditor();
    const live = this.edits.of(editor?.document);
    if (editor === undefined || live === undefined) return;
    await this.edits.settle(live, verdict, typeof line === 'number' ? line : editor.selection.active.line);
  }

  private contextTokens(): number {
    const { state } = this.deps.engine;
    return servingModel(state)?.contextTokens ?? this.deps.contextTokens();
  }

  /** An undecided edit is in the way of the next one. */
  private async settledFirst(document: vscode.TextDocument): Promise<boolean> {
    const accept = vscode.l10n.t('Accept');
    const discard = vscode.l10n.t('Discard');
    const choice = await vscode.window.showInformationMessage(
      vscode.l10n.t('Accept or discard the edit in this file before you ask for another.'),
      accept,
      discard,
    );
    if (choice === undefined) return false;
    await this.settle(choice === accept ? 'accept' : 'discard', document);
    return this.edits.of(document) === undefined;
  }

  private async write(editor: vscode.TextEditor, target: EditTarget, instruction: string): Promise<void> {
    const { document, start, end } = target;
    const live = this.edits.begin(document, start, end);
    const writer = new EditWriter(this.deps.engine, live.edit, editPlace(target, editor.options));
    // A selection over lines of two colours would hide both.
    editor.selection = new vscode.Selection(start, 0, start, 0);
    this.edits.setWriter(live, writer);
    const params = editParams(target, instruction, this.deps.system(), this.contextTokens());
    const written = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Paddock is writing…') },
      (progress) =>
        writer.run(params, (done, total) => {
          progress.report({ message: vscode.l10n.t('read {0} of {1} tokens', done, total) });
        }),
    );
    this.edits.setWriter(live, undefined);
    this.deps.log.info(`inline edit: ${written.kind}`);
    await this.finish(live, written, () => this.write(editor, target, instruction));
  }

  private async finish({ document, edit }: LiveEdit, written: Written, retry: () => Promise<void>): Promise<void> {
    // What a user changed by hand, or has before their eyes to decide on, stays; everything else leaves the text as it was.
    if (written.kind !== 'done' && written.kind !== 'interrupted') await edit.settle('discard');
    switch (written.kind) {
      case 'done':
        announce(edit.hunks.length, written.whole);
        await warnOfEncoding(document, edit);
        return;
      case 'failed':
        await reportProblem(written.error, this.deps.engine, retry);
        return;
      case 'readOnly':
        await showRefusal(readOnlySentence());
        return;
      case 'unchanged':
        void vscode.window.showInformationMessage(
          vscode.l10n.t('The model would change nothing here. Say in other words what is to change.'),
        );
        return;
      case 'noCode':
        void vscode.window.showWarningMessage(
          vscode.l10n.t('The model answered without code, so nothing was changed. Say in other words what is to change.'),
        );
        return;
      case 'selectionCut':
        void vscode.window.showWarningMessage(
          vscode.l10n.t('The selection did not fit the context, so nothing was changed. Select less, or raise the context size.'),
        );
        return;
      case 'stopped':
      case 'interrupted':
        return;
    }
  }
}

/** The editor of a file that was renamed, or whose language was changed, while the user was asked. */
function successor({ document }: vscode.TextEditor): vscode.TextEditor | undefined {
  const active = activeEditor();
  return active?.document.getText() === document.getText() ? active : undefined;
}

/** Milliseconds for which the status bar says how an edit is decided on. */
const ANNOUNCED = 10_000;

function announce(hunks: number, whole: boolean): void {
  if (!whole) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t('The answer was cut short: what it does not come to is unchanged. Select less, or accept this part and ask again.'),
    );
  }
  const text =
    hunks === 1
      ? vscode.l10n.t('1 change: Ctrl+Enter (Cmd+Enter) accepts, Escape discards')
      : vscode.l10n.t('{0} changes: Ctrl+Enter (Cmd+Enter) accepts, Escape discards', hunks);
  vscode.window.setStatusBarMessage(text, ANNOUNCED);
}

/** Before the edit is accepted: what it brings may be missing from the file's encoding. */
async function warnOfEncoding(document: vscode.TextDocument, edit: PendingEdit): Promise<void> {
  const added = edit.linesOf('added').map((line) => document.lineAt(line).text);
  const warning = await encodingWarning(document, added.join('\n'));
  if (warning === undefined) return;
  if ((await vscode.window.showWarningMessage(warning, reopenLabel())) !== undefined) await reopenWithEncoding(document);
}

async function showRefusal(sentence: string): Promise<void> {
  if (vscode.workspace.isTrusted) {
    void vscode.window.showWarningMessage(sentence);
    return;
  }
  const manage = vscode.l10n.t('Manage Workspace Trust');
  if ((await vscode.window.showWarningMessage(sentence, manage)) === manage) await vscode.commands.executeCommand('workbench.trust.manage');
}

function trackContext(edits: Edits): vscode.Disposable {
  let known: boolean | undefined;
  const update = (): void => {
    const pending = edits.of(activeEditor()?.document) !== undefined;
    if (pending === known) return;
    known = pending;
    void vscode.commands.executeCommand('setContext', PENDING, pending);
  };
  update();
  return vscode.Disposable.from(
    edits.onDidChange(update),
    vscode.window.onDidChangeActiveTextEditor(update),
    vscode.window.onDidChangeNotebookEditorSelection(update),
  );
}

import {
  Disposable,
  EndOfLine,
  Position,
  Selection,
  TabInputTextDiff,
  Uri,
  commands,
  l10n,
  languages,
  window,
  workspace,
  type Tab,
  type TextDocument,
} from 'vscode';
import { confirmWarning, encodingWarning, reopenLabel, reopenWithEncoding } from '../../services/documents/encodings';
import type { Log } from '../../services/log';
import { showDocument } from '../../services/documents/notebooks';
import { renamedUri, type Rename } from '../../services/workspace/renames';
import { plainName, shownPath } from '../../services/workspace/workspacePaths';
import { confirmWrite, isRunByTools } from '../target/askBeforeRunning';
import { Proposal, type ProposalResult, type Side } from './proposal';
import { PROPOSAL_ENCODING, PROPOSAL_SCHEME, type ProposalFiles } from './proposalFiles';

/** Context key: whether there is a proposed change to decide on. */
const PROPOSING = 'paddock.proposing';

/** Milliseconds after a key in a file before its proposal takes the change in. */
const FOLLOW_MILLISECONDS = 300;

/** Longest that a rename takes, in milliseconds. */
const RENAME_MILLISECONDS = 10_000;

/** The proposed changes that are open, each in a diff editor of its own; at most one for a file. Nothing is written but by its commands. */
export class Proposals implements Disposable {
  private readonly open = new Map<string, Proposal>();
  /** Proposals whose file the user has agreed to change, though tools run what it says. */
  private readonly confirmedRuns = new WeakSet<Proposal>();
  /** Warnings about characters that the user has seen and overruled, by proposal. */
  private readonly confirmedWarnings = new WeakMap<Proposal, string>();
  private readonly subscription: Disposable;
  private timer: NodeJS.Timeout | undefined;
  /** Counts the renames under way of each proposal's file. VS Code closes the diff editors, because the old file is gone. */
  private readonly renaming = new Map<Proposal, number>();
  private renameTimer: NodeJS.Timeout | undefined;
  private serial = 1;
  /** One after another: each reads what the one before has written. */
  private steps: Promise<void> = Promise.resolve();

  constructor(
    private readonly files: ProposalFiles,
    private readonly log: Log,
  ) {
    this.subscription = Disposable.from(
      workspace.onDidChangeTextDocument(({ document }) => {
        if ([...this.open.values()].some(({ target }) => isSame(target, document.uri))) this.followSoon();
      }),
      window.tabGroups.onDidChangeTabs(({ closed }) => {
        for (const tab of closed) this.forget(tab);
      }),
      workspace.onWillRenameFiles(({ files: renames }) => {
        this.beforeRename(renames);
      }),
      workspace.onDidRenameFiles(({ files: renames }) => {
        void this.run(() => this.rename(renames));
      }),
    );
    // What a window showed before it was reloaded is gone.
    const stale = window.tabGroups.all.flatMap(({ tabs }) => tabs).filter((tab) => proposalOf(tab) !== undefined);
    if (stale.length > 0) void this.run(() => closeTabs(stale));
  }

  /**
   * Shows `document` beside `lines`, which it would become.
   * @param base the document's lines from which `lines` were made. What was typed since is taken in.
   */
  async propose(document: TextDocument, base: readonly string[], lines: readonly string[]): Promise<void> {
    await this.run(async () => {
      const before = [...this.open.values()].find(({ target }) => isSame(target, document.uri));
      if (before !== undefined) await this.close(before);
      const proposal = new Proposal(document.uri, base, this.serial++);
      await this.files.put(proposal.uri, lines.join(document.eol === EndOfLine.CRLF ? '\r\n' : '\n'));
      this.open.set(proposal.uri.toString(), proposal);
      this.tell();
      const proposed = await workspace.openTextDocument(proposal.uri, { encoding: PROPOSAL_ENCODING });
      if (proposed.languageId !== document.languageId) await languages.setTextDocumentLanguage(proposed, document.languageId);
      await this.show(proposal);
      this.report(proposal, await proposal.follow());
      const warning = await encodingWarning(document, await proposal.newText());
      if (warning !== undefined) void warnOfEncoding(document, warning);
    });
  }

  /** Writes a proposal into its file and closes it. */
  async accept(uri: unknown): Promise<void> {
    await this.withProposal(uri, async (proposal) => {
      if (!(await this.isConfirmed(proposal, () => this.accept(proposal.uri)))) return;
      const line = await proposal.firstLine();
      if (!this.report(proposal, await proposal.accept())) return;
      await this.close(proposal);
      const at = new Position(line, 0);
      await showDocument(await workspace.openTextDocument(proposal.target), { selection: new Selection(at, at), preview: false });
    });
  }

  /** Closes a proposal. */
  async discard(uri: unknown): Promise<void> {
    await this.withProposal(uri, (proposal) => this.close(proposal));
  }

  /** Writes the change at the cursor into the file. */
  acceptHunk(): Promise<void> {
    return this.atCursor(async (proposal, line, side) => {
      const isConfirmed = await this.isConfirmed(proposal, () => this.acceptAt(proposal.uri, line, side));
      return isConfirmed ? proposal.acceptAt(line, side) : undefined;
    });
  }

  /** Writes the change at a line that the user was asked about, wherever the cursor is by now. */
  private acceptAt(uri: Uri, line: number, side: Side): Promise<void> {
    return this.withProposal(uri, async (proposal) => {
      if (!(await this.isConfirmed(proposal, () => this.acceptAt(uri, line, side)))) return;
      await this.closeIfDecided(proposal, await proposal.acceptAt(line, side));
    });
  }

  /** Takes the change at the cursor out of the proposal. */
  discardHunk(): Promise<void> {
    return this.atCursor((proposal, line, side) => proposal.discardAt(line, side));
  }

  dispose(): void {
    clearTimeout(this.timer);
    clearTimeout(this.renameTimer);
    this.subscription.dispose();
  }

  private async atCursor(act: (proposal: Proposal, line: number, side: Side) => Promise<ProposalResult | undefined>): Promise<void> {
    await this.withProposal(undefined, async (proposal) => {
      const editor = window.activeTextEditor;
      const side = editor && sideOf(proposal, editor.document.uri);
      const result = editor && side ? await act(proposal, editor.selection.active.line, side) : 'nowhere';
      if (result !== undefined) await this.closeIfDecided(proposal, result);
    });
  }

  private async closeIfDecided(proposal: Proposal, result: ProposalResult): Promise<void> {
    if (!this.report(proposal, result) || !(await proposal.isEmpty())) return;
    await this.close(proposal);
    await showDocument(await workspace.openTextDocument(proposal.target), { preview: false });
  }

  /** @param uri of a proposal, as VS Code hands it to a button's command; without it, the one in the active editor, or the only one */
  private async withProposal(uri: unknown, act: (proposal: Proposal) => Promise<void>): Promise<void> {
    const { activeTab } = window.tabGroups.activeTabGroup;
    const wanted = uri instanceof Uri ? uri : activeTab && proposalOf(activeTab);
    const [only, ...others] = this.open.values();
    const isNamed = uri instanceof Uri && uri.scheme === PROPOSAL_SCHEME;
    // One that is named and gone is not mistaken for another.
    const proposal = this.open.get(wanted?.toString() ?? '') ?? (others.length === 0 && !isNamed ? only : undefined);
    if (proposal === undefined) void window.showInformationMessage(l10n.t('Open the proposed change you want to decide on.'));
    else if (!(await this.run(() => act(proposal)))) this.report(proposal, 'failed');
  }

  /**
   * Tells whether a proposal may be written: no tool runs the file and no character is destroyed, or the user wants it all the same. Where
   * the user has to be asked, this waits for no answer, as other steps stand behind it: an answer takes the step `again`.
   */
  private async isConfirmed(proposal: Proposal, again: () => Promise<void>): Promise<boolean> {
    const texts = await textsOf([proposal.target, proposal.uri]);
    const mayRun = this.confirmedRuns.has(proposal) || !(await isRunByTools(proposal.target, texts));
    const document = await workspace.openTextDocument(proposal.target);
    const warning = await encodingWarning(document, await proposal.newText());
    const mayEncode = warning === undefined || this.confirmedWarnings.get(proposal) === warning;
    if (mayRun && mayEncode) return true;
    const ask = async (): Promise<void> => {
      if (!mayRun) {
        if (!(await confirmWrite(proposal.target, texts))) return;
        this.confirmedRuns.add(proposal);
      }
      if (!mayEncode) {
        if (!(await confirmWarning(document, warning, l10n.t('Accept Anyway')))) return;
        this.confirmedWarnings.set(proposal, warning);
      }
      await again();
    };
    ask().catch((error: unknown) => {
      this.log.error(`proposal: ${String(error)}`);
    });
    return false;
  }

  private beforeRename(renames: readonly Rename[]): void {
    for (const proposal of this.open.values()) {
      if (renamedUri(proposal.target, renames) !== undefined) this.renaming.set(proposal, this.countRenames(proposal) + 1);
    }
    clearTimeout(this.renameTimer);
    this.renameTimer = setTimeout(() => {
      // The rename came to nothing, and the user may have closed the editor meanwhile.
      for (const proposal of this.renaming.keys()) if (tabsOf(proposal).length === 0) this.remove(proposal);
      this.renaming.clear();
    }, RENAME_MILLISECONDS);
  }

  /** Follows files to their new names: a diff editor of VS Code's stays with the old one. */
  private async rename(renames: readonly Rename[]): Promise<void> {
    for (const proposal of this.open.values()) {
      const target = renamedUri(proposal.target, renames);
      if (target === undefined) continue;
      proposal.target = target;
      try {
        // A file that is renamed once more by now is shown when that is done.
        if (this.countRenames(proposal) < 2) await this.showRenamed(proposal);
      } catch (error) {
        if (this.countRenames(proposal) < 2) this.log.error(`proposal: ${String(error)}`);
      }
      const left = this.countRenames(proposal) - 1;
      if (left > 0) this.renaming.set(proposal, left);
      else this.renaming.delete(proposal);
    }
  }

  private countRenames(proposal: Proposal): number {
    return this.renaming.get(proposal) ?? 0;
  }

  private async showRenamed(proposal: Proposal): Promise<void> {
    const tabs = tabsOf(proposal);
    await this.show(proposal, true);
    await closeTabs(tabs.filter((tab) => tabsOf(proposal).includes(tab)));
  }

  /** Whether the step was done. */
  private report({ target }: Proposal, result: ProposalResult): boolean {
    const name = plainName(shownPath(target));
    switch (result) {
      case 'done':
        return true;
      case 'moved':
        void window.showWarningMessage(
          l10n.t(
            '{0} has since been changed in the same places, so this change no longer fits. Discard it and apply the code again.',
            name,
          ),
        );
        return false;
      case 'failed':
        void window.showErrorMessage(l10n.t('{0} could not be changed. See whether it can be written to, then try again.', name));
        return false;
      case 'nowhere':
        void window.showInformationMessage(l10n.t('The cursor is in none of the changes. Alt+F5 goes to the next one.'));
        return false;
    }
  }

  private async show({ target, uri }: Proposal, preserveFocus = false): Promise<void> {
    const name = shownPath(target);
    const isRun = await isRunByTools(target, await textsOf([target, uri]));
    const title = isRun ? l10n.t('{0} (Proposed Change to a File That Tools Run)', name) : l10n.t('{0} (Proposed Change)', name);
    await commands.executeCommand('vscode.diff', target, uri, title, { preview: false, preserveFocus });
  }

  /** Reverted before it is closed, as VS Code would ask whether to save what the user took out of it. */
  private async close(proposal: Proposal): Promise<void> {
    const document = workspace.textDocuments.find(({ uri }) => isSame(uri, proposal.uri));
    const tabs = tabsOf(proposal);
    if (document?.isDirty === true && tabs.length > 0) {
      await this.show(proposal);
      await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    } else {
      await closeTabs(tabs);
    }
    this.remove(proposal);
  }

  private forget(tab: Tab): void {
    const proposal = this.open.get(proposalOf(tab)?.toString() ?? '');
    if (proposal !== undefined && !this.renaming.has(proposal) && tabsOf(proposal).length === 0) this.remove(proposal);
  }

  private remove(proposal: Proposal): void {
    if (this.open.delete(proposal.uri.toString())) this.files.delete(proposal.uri);
    this.tell();
  }

  private tell(): void {
    void commands.executeCommand('setContext', PROPOSING, this.open.size > 0);
  }

  /** So that the diff editor shows what is proposed, and not what the user has typed since as something to undo. */
  private followSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      void this.run(async () => {
        for (const proposal of this.open.values()) await proposal.follow();
      });
    }, FOLLOW_MILLISECONDS);
  }

  /** Takes a step after those before it. `false` where it failed. */
  private run(step: () => Promise<void>): Promise<boolean> {
    const taken = this.steps.then(step).then(
      () => true,
      (error: unknown) => {
        this.log.error(`proposal: ${String(error)}`);
        return false;
      },
    );
    this.steps = taken.then(() => undefined);
    return taken;
  }
}

/** Tells the user as soon as the change is shown; Accept asks once more. */
async function warnOfEncoding(document: TextDocument, warning: string): Promise<void> {
  if ((await window.showWarningMessage(warning, reopenLabel())) !== undefined) await reopenWithEncoding(document);
}

/** The tabs that show a proposal. */
function tabsOf({ uri }: Proposal): readonly Tab[] {
  return window.tabGroups.all.flatMap(({ tabs }) => tabs).filter((tab) => isSame(proposalOf(tab), uri));
}

async function closeTabs(tabs: readonly Tab[]): Promise<void> {
  if (tabs.length > 0) await window.tabGroups.close(tabs);
}

async function textsOf(uris: readonly Uri[]): Promise<readonly string[]> {
  return Promise.all(uris.map(async (uri) => (await workspace.openTextDocument(uri)).lineAt(0).text));
}

/** The proposal that `tab` shows. */
function proposalOf({ input }: Tab): Uri | undefined {
  return input instanceof TabInputTextDiff && input.modified.scheme === PROPOSAL_SCHEME ? input.modified : undefined;
}

function sideOf({ uri, target }: Proposal, document: Uri): Side | undefined {
  if (isSame(uri, document)) return 'proposal';
  return isSame(target, document) ? 'file' : undefined;
}

function isSame(one: Uri | undefined, other: Uri): boolean {
  return one?.toString() === other.toString();
}

import { EndOfLine, Range, Uri, workspace, type TextDocument } from 'vscode';
import { splitLines } from '../../../util/text/lines';
import { replaceText } from '../../services/documents/documentEdits';
import { isCell } from '../../services/documents/notebooks';
import { changeAt, changed, changesBetween, rebased, reversed, textChanges, type Change } from '../textChanges';
import { PROPOSAL_SCHEME } from './proposalFiles';

/**
 * How a step with a proposal ended: `moved` where the file was changed in the same places, `failed` where it could not be written,
 * `nowhere` where there is no change at the line.
 */
export type ProposalResult = 'done' | 'moved' | 'failed' | 'nowhere';

/** Where a line is: in the file, or in the document beside it. */
export type Side = 'file' | 'proposal';

/** One file's proposed change: the file as it is, and a document beside it, which the user may edit, with the file as it would be. */
export class Proposal {
  readonly uri: Uri;

  /**
   * @param target the document that the change is for; another one when its file is renamed
   * @param base the file's lines when the change was proposed
   * @param serial another one for each proposal: VS Code may still have the document of the one before
   */
  constructor(
    public target: Uri,
    private base: readonly string[],
    serial: number,
  ) {
    // The name decides the language, and which editor VS Code opens: for a cell, not the one of notebooks.
    const path = (target.path.startsWith('/') ? target.path : `/${target.path}`) + (isCell(target) ? `.${target.fragment}.cell` : '');
    this.uri = Uri.from({ scheme: PROPOSAL_SCHEME, path, query: String(serial) });
  }

  /** Takes in what has been changed in the file since; `moved` where that is about the same lines. */
  async follow(): Promise<ProposalResult> {
    const { current, proposed } = await this.documents();
    const now = splitLines(current.getText());
    const others = changesBetween(this.base, now);
    if (others.length === 0) return 'done';
    const own = rebased(changesBetween(this.base, splitLines(proposed.getText())), others);
    if (own === undefined) return 'moved';
    if (!(await write(proposed, changesBetween(splitLines(proposed.getText()), changed(now, own))))) return 'failed';
    this.base = now;
    return 'done';
  }

  /** Writes every change into the file, as one step for undo. */
  async accept(): Promise<ProposalResult> {
    const followed = await this.follow();
    if (followed !== 'done') return followed;
    const { current, changes } = await this.state();
    return (await this.put(current, changes)) ? 'done' : 'failed';
  }

  /** Writes the change at a line of either side into the file. */
  async acceptAt(line: number, side: Side): Promise<ProposalResult> {
    return this.at(line, side, ({ current }, change) => this.put(current, [change]));
  }

  /** Takes the change at a line of either side out of the proposal. */
  async discardAt(line: number, side: Side): Promise<ProposalResult> {
    return this.at(line, side, ({ proposed }, _change, undo) => write(proposed, [undo]));
  }

  /** Whether there is nothing left to decide. */
  async isEmpty(): Promise<boolean> {
    return (await this.state()).changes.length === 0;
  }

  /** The lines that the change would put into the file, joined. */
  async newText(): Promise<string> {
    return (await this.state()).changes.flatMap(({ lines }) => lines).join('\n');
  }

  /** The line of the file where the first change is. */
  async firstLine(): Promise<number> {
    return (await this.state()).changes[0]?.start ?? 0;
  }

  private async at(
    line: number,
    side: Side,
    act: (documents: Documents, change: Change, undo: Change) => Promise<boolean>,
  ): Promise<ProposalResult> {
    const followed = await this.follow();
    if (followed !== 'done') return followed;
    const { changes, ...documents } = await this.state();
    const undo = reversed(this.base, changes);
    const index = changeAt(side === 'file' ? changes : undo, line);
    const [change, back] = [changes[index], undo[index]];
    if (change === undefined || back === undefined) return 'nowhere';
    return (await act(documents, change, back)) ? 'done' : 'failed';
  }

  private async put(current: TextDocument, changes: readonly Change[]): Promise<boolean> {
    const before = this.base;
    // First: the file's change is heard of before the edit has settled, and is not another's.
    this.base = changed(before, changes);
    const written = await write(current, changes);
    if (!written) this.base = before;
    return written;
  }

  private async state(): Promise<Documents & { readonly changes: readonly Change[] }> {
    const documents = await this.documents();
    return { ...documents, changes: changesBetween(this.base, splitLines(documents.proposed.getText())) };
  }

  private async documents(): Promise<Documents> {
    const [current, proposed] = await Promise.all([workspace.openTextDocument(this.target), workspace.openTextDocument(this.uri)]);
    return { current, proposed };
  }
}

interface Documents {
  readonly current: TextDocument;
  readonly proposed: TextDocument;
}

/** `false` where VS Code refuses, as it does for a document that changed under its hands, or the document is read-only. */
async function write(document: TextDocument, changes: readonly Change[]): Promise<boolean> {
  if (changes.length === 0) return true;
  const eol = document.eol === EndOfLine.CRLF ? '\r\n' : '\n';
  const edits = textChanges(splitLines(document.getText()), changes, eol);
  return replaceText(
    document,
    edits.map((each) => ({ range: new Range(each.startLine, each.startCharacter, each.endLine, each.endCharacter), text: each.text })),
  );
}

import type { RelatedChunk } from '../../contract/completion';
import * as vscode from 'vscode';
import { promptPath } from '../services/workspace/promptPaths';
import type { SharingRules } from '../services/workspace/contentExclusion';
import { importSignatures } from './importSignatures';
import { linesAround, RecentChunks, type Chunk } from './recentChunks';

/** Follows what is read and changed, and says which parts of other files may help a suggestion. */
export class RelatedFiles implements vscode.Disposable {
  private readonly chunks = new RecentChunks();
  private readonly subscriptions: vscode.Disposable;
  /** Where each document was last changed by somebody. */
  private readonly edited = new Map<string, number>();
  private active = vscode.window.activeTextEditor;

  /** @param isOn whether the user wants other files in prompts */
  constructor(
    private readonly rules: Pick<SharingRules, 'allows' | 'onDidChange'>,
    private readonly isOn: () => boolean,
  ) {
    this.subscriptions = vscode.Disposable.from(
      vscode.window.onDidChangeActiveTextEditor((editor) => {
        if (this.active) void this.left(this.active).catch(ignored);
        this.active = editor;
      }),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        const [change] = contentChanges;
        if (change && document === this.active?.document) this.edited.set(document.uri.toString(), change.range.start.line);
      }),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.edited.delete(uri.toString());
      }),
      vscode.workspace.onDidDeleteFiles(({ files }) => {
        for (const uri of files) this.chunks.forget(uri.toString());
      }),
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri } of files) this.chunks.forget(oldUri.toString());
      }),
      // What was allowed may not be any more.
      rules.onDidChange(() => {
        this.chunks.clear();
      }),
    );
  }

  /**
   * Finds parts of other files for a prompt about a document, in the order in which they stand in the prompt.
   * @param shown the document's text around the cursor; parts that it contains are left out
   */
  for(document: vscode.TextDocument, shown: string): readonly RelatedChunk[] {
    if (!this.isOn() || !vscode.workspace.isTrusted) return [];
    return this.chunks.forDocument(document.uri.toString(), shown).map(({ path, text }) => ({ path, text }));
  }

  /**
   * At a pause: what was added since becomes part of prompts, with what stands in other editors beside this one, and what the language
   * server knows of the document's imports.
   * @param isPause whether the pause lasts: what stands first in prompts may not change while somebody types
   */
  async settle(document: vscode.TextDocument, isPause: () => boolean): Promise<void> {
    if (!this.isOn() || !vscode.workspace.isTrusted) return;
    const others = vscode.window.visibleTextEditors.filter((each) => each.document !== document);
    await Promise.all(others.map((each) => this.visited(each)));
    for (const { uri, range } of await importSignatures(document)) await this.imported(uri, range);
    if (isPause()) this.chunks.settle();
  }

  dispose(): void {
    this.subscriptions.dispose();
  }

  private async left(editor: vscode.TextEditor): Promise<void> {
    await this.visited(editor);
    const line = this.edited.get(editor.document.uri.toString());
    if (line !== undefined) await this.add(editor.document, readLinesAround(editor.document, line));
  }

  /** What was selected there, else what is around the cursor. */
  private async visited({ document, selection }: vscode.TextEditor): Promise<void> {
    const { start, end } = selection;
    const selected = end.line > start.line ? Math.floor((start.line + end.line) / 2) : selection.active.line;
    await this.add(document, readLinesAround(document, selected));
  }

  private async imported(uri: vscode.Uri, range: vscode.Range): Promise<void> {
    // Files that are gone, binary or too large cannot be opened.
    const document = await Promise.resolve(vscode.workspace.openTextDocument(uri)).catch(ignored);
    if (!document) return;
    await this.add(document, { firstLine: range.start.line, text: `${textOf(document, range)}\n` });
  }

  private async add(document: vscode.TextDocument, lines: Pick<Chunk, 'firstLine' | 'text'>): Promise<void> {
    if (!this.isOn() || !(await this.rules.allows(document))) return;
    this.chunks.add({ uri: document.uri.toString(), path: promptPath(document.uri), ...lines });
  }
}

/** Other files are a help, not a need. */
const ignored = (): undefined => undefined;

/** Lines read on each side of a line; a chunk takes fewer. */
const WINDOW_LINES = 24;

/** {@link linesAround} for a document, of which only the lines near `line` (0-based) are read. */
function readLinesAround(document: vscode.TextDocument, line: number): Pick<Chunk, 'firstLine' | 'text'> {
  const at = Math.min(line, document.lineCount - 1);
  const first = Math.max(0, at - WINDOW_LINES);
  const text = textOf(document, new vscode.Range(first, 0, at + WINDOW_LINES, Number.MAX_SAFE_INTEGER));
  const chunk = linesAround(text, at - first);
  return { ...chunk, firstLine: chunk.firstLine + first };
}

function textOf(document: vscode.TextDocument, range?: vscode.Range): string {
  return document.getText(range).replace(/\r\n?/g, '\n');
}

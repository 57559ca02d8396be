import { window, workspace, type Disposable, type TextEditor, type Uri } from 'vscode';
import { PROPOSAL_SCHEME } from './proposalFiles';

/** The editor the user was in last that has a file to write to: in a chat of its own tab, VS Code has no active one. */
export class LastEditor implements Disposable {
  private last: TextEditor | undefined;
  private readonly subscription: Disposable;

  constructor() {
    this.note(window.activeTextEditor);
    this.subscription = window.onDidChangeActiveTextEditor((editor) => {
      this.note(editor);
    });
  }

  /** `undefined` where it is no longer to be seen. */
  get current(): TextEditor | undefined {
    return this.last !== undefined && window.visibleTextEditors.includes(this.last) ? this.last : undefined;
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private note(editor: TextEditor | undefined): void {
    if (editor !== undefined && isFile(editor.document.uri)) this.last = editor;
  }
}

/** Whether this is a document of the user's that can be written to; an output channel is not, nor a proposal. */
export function isFile({ scheme }: Uri): boolean {
  return scheme === 'untitled' || (scheme !== PROPOSAL_SCHEME && workspace.fs.isWritableFileSystem(scheme) === true);
}

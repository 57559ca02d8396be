import { Disposable, commands, workspace } from 'vscode';
import { commandIds } from '../services/commandIds';
import { LastEditor } from '../services/documents/lastEditor';
import type { Log } from '../services/log';
import { applyCode, insertCode, newFile, type About, type Code } from './applyCode';
import { ProposalFiles, PROPOSAL_SCHEME } from './proposal/proposalFiles';
import { Proposals } from './proposal/proposals';
import { isWritable } from './target/applyTarget';

export interface Apply extends Disposable {
  /** What the chat offers on a code block; the user has pressed it. */
  readonly actions: {
    readonly apply: (code: Code, about: About) => Promise<void>;
    readonly insert: (code: Code) => Promise<void>;
    readonly newFile: (code: Code) => Promise<void>;
  };
}

/** Code from answers put into files: at the cursor, as a new one, or as a change that is proposed in a diff editor. */
export function registerApply({ log }: { readonly log: Log }): Apply {
  const files = new ProposalFiles();
  const editor = new LastEditor(isWritable);
  const registration = workspace.registerFileSystemProvider(PROPOSAL_SCHEME, files, { isCaseSensitive: true });
  const proposals = new Proposals(files, log);
  const disposable = Disposable.from(
    editor,
    proposals,
    registration,
    files,
    commands.registerCommand(commandIds.acceptChange, (uri: unknown) => proposals.accept(uri)),
    commands.registerCommand(commandIds.discardChange, (uri: unknown) => proposals.discard(uri)),
    commands.registerCommand(commandIds.acceptHunk, () => proposals.acceptHunk()),
    commands.registerCommand(commandIds.discardHunk, () => proposals.discardHunk()),
  );
  return Object.assign(disposable, {
    actions: {
      apply: (code: Code, about: About) => applyCode(code, about, editor, proposals),
      insert: (code: Code) => insertCode(code, editor),
      newFile,
    },
  });
}

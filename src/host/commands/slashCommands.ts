import * as vscode from 'vscode';
import type { CommandResult } from '../../contract/chat';
import { codeTasks, type CodeTask } from '../../prompt/tasks/codeTasks';
import { commandIds } from '../services/commandIds';
import { currentEditor } from '../services/documents/targetRange';
import { codeQuestion, taskTitles, type CodeQuestion } from './codeQuestion';

export type SlashName = CodeTask | 'commit';

const names: readonly SlashName[] = [...codeTasks, 'commit'];

/** The commands that can be typed at the beginning of a chat message. */
export class SlashCommands {
  /** In the user's language, for a list to choose from. */
  get list(): readonly { readonly name: SlashName; readonly description: string }[] {
    return names.map((name) => ({ name, description: descriptions[name]() }));
  }

  /** What `text` asks for; `undefined` where it begins with no command and is to be sent as it is. */
  async resolve(text: string): Promise<CommandResult<CodeQuestion> | undefined> {
    const message = parseSlash(text, names);
    if (message === undefined) return undefined;
    const { name, words } = message;
    if (name === 'commit') {
      // It has its own progress, beside the source control view that it writes into.
      void vscode.commands.executeCommand(commandIds.generateCommitMessage, undefined, words);
      return { kind: 'done' };
    }
    const editor = currentEditor();
    if (editor === undefined) {
      void vscode.window.showInformationMessage(vscode.l10n.t('Open a file and select the code that /{0} is about.', name));
      return { kind: 'refused' };
    }
    const question = await codeQuestion(name, editor, words);
    if (question !== undefined) return { kind: 'question', question };
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no code at the cursor. Select the code that /{0} is about.', name));
    return { kind: 'refused' };
  }
}

const descriptions: Readonly<Record<SlashName, () => string>> = {
  ...taskTitles,
  commit: () => vscode.l10n.t('Write a commit message for the changes'),
};

/** A message that begins with one of the commands: its name, and the words typed behind it, empty for none. */
export interface SlashMessage<Name extends string> {
  readonly name: Name;
  readonly words: string;
}

/** Reads a message that begins with `/` and one of `names`, in any case; `undefined` for every other message, which is plain text. */
export function parseSlash<Name extends string>(text: string, names: readonly Name[]): SlashMessage<Name> | undefined {
  const [, typed, words] = /^\s*\/(\w+)(?:\s+([^]*))?$/.exec(text) ?? [];
  const name = names.find((each) => each === typed?.toLowerCase());
  return name === undefined ? undefined : { name, words: (words ?? '').trim() };
}

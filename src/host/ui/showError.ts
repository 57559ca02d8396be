import { commands, window } from 'vscode';
import type { EngineErrorData } from '../../contract/engineErrors';
import type { LanguageModel } from '../llm/languageModel';
import { commandOf, describeProblem, type ProblemAction } from './errorMessages';

/** Says why a request failed, with the buttons that help; `retry` makes the request again, by an engine that is up. */
export async function reportProblem(error: EngineErrorData, engine: LanguageModel, retry: () => unknown): Promise<void> {
  const { message, actions } = describeProblem(error);
  await actOn(actions, await window.showErrorMessage(message, ...actions.map(({ label }) => label)), () => {
    if (engine.state.kind === 'failed') engine.restart();
    return retry();
  });
}

/** Does what the button with the label `picked` stands for; nothing where none was picked. */
export async function actOn(actions: readonly ProblemAction[], picked: string | undefined, retry: () => unknown): Promise<void> {
  const action = actions.find(({ label }) => label === picked);
  if (action === undefined) return;
  if (action.id === 'retry') {
    await retry();
    return;
  }
  const { command, args } = commandOf(action.id);
  await commands.executeCommand(command, ...args);
}

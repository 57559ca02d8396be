import * as vscode from 'vscode';
import type { Engine } from '../engine/engine';
import { commandIds } from '../services/commands';
import type { ConfigService } from '../services/configService';
import type { Log } from '../services/log';
import { acceptedCommand } from './accepted';
import { GhostTextProvider } from './provider';

export interface CompletionDeps {
  readonly engine: Engine;
  readonly config: ConfigService;
  readonly log: Log;
}

/** Ghost text in every document, and the command that turns it on and off. */
export function registerCompletion({ engine, config, log }: CompletionDeps): vscode.Disposable {
  const provider = new GhostTextProvider(engine, () => config.current, log);
  const run = (command: string, ...args: readonly unknown[]): void => {
    vscode.commands.executeCommand(command, ...args).then(undefined, (error: unknown) => {
      log.warn(`${command}: ${String(error)}`);
    });
  };
  return vscode.Disposable.from(
    engine.onDidChangeState(({ kind }) => {
      if (kind === 'starting' || kind === 'loading') return;
      // The first key press starts the model, which has no answer for it: the suggestion is asked for again when it has loaded.
      const missed = provider.takeMissed(vscode.window.activeTextEditor);
      if (kind === 'ready' && missed) run('editor.action.inlineSuggest.trigger');
    }),
    // The walkthrough's step about ghost text is done by taking a suggestion.
    vscode.commands.registerCommand(acceptedCommand, () => {
      run('setContext', acceptedCommand, true);
    }),
    vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, provider),
    vscode.commands.registerCommand(commandIds.toggleGhostText, () =>
      config.update('ghostText.enabled', !config.current['ghostText.enabled']),
    ),
  );
}

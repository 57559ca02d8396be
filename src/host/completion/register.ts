import * as vscode from 'vscode';
import type { Engine } from '../engine/engine';
import { commandIds } from '../services/commands';
import type { ConfigService } from '../services/configService';
import type { Log } from '../services/log';
import { GhostTextProvider } from './provider';

export interface CompletionDeps {
  readonly engine: Engine;
  readonly config: ConfigService;
  readonly log: Log;
}

/** Ghost text in every document, and the command that turns it on and off. */
export function registerCompletion({ engine, config, log }: CompletionDeps): vscode.Disposable {
  const provider = new GhostTextProvider(engine, () => config.current, log);
  return vscode.Disposable.from(
    engine.onDidChangeState((state) => {
      // The first key press starts the model, which has no answer for it: the suggestion is asked for again when it has loaded.
      if (state.kind === 'ready' && provider.takeMissed()) void vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    }),
    vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, provider),
    vscode.commands.registerCommand(commandIds.toggleGhostText, () =>
      config.update('ghostText.enabled', !config.current['ghostText.enabled']),
    ),
  );
}

import * as vscode from 'vscode';
import type { Engine } from '../engine/engine';
import { commandIds } from '../services/commands';
import type { ConfigService } from '../services/configService';
import type { Log } from '../services/log';
import { acceptedCommand } from './accepted';
import { GhostTextProvider } from './provider';
import { isWrittenIn } from './trigger';
import { TypingSignal } from './typing';
import { GhostWarmer } from './warmer';

export interface CompletionDeps {
  readonly engine: Engine;
  readonly config: ConfigService;
  readonly log: Log;
}

/** Ghost text in every document, what is evaluated ahead for it, and the command that turns it on and off. */
export function registerCompletion({ engine, config, log }: CompletionDeps): vscode.Disposable {
  const warmer = new GhostWarmer(engine, () => config.current);
  const provider = new GhostTextProvider(
    engine,
    () => config.current,
    log,
    () => {
      warmer.cancel();
    },
  );
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
      else if (kind === 'ready') warmer.arrived(vscode.window.activeTextEditor);
    }),
    // The walkthrough's step about ghost text is done by taking a suggestion.
    vscode.commands.registerCommand(acceptedCommand, () => {
      run('setContext', acceptedCommand, true);
    }),
    vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, provider),
    vscode.commands.registerCommand(commandIds.toggleGhostText, () =>
      config.update('ghostText.enabled', !config.current['ghostText.enabled']),
    ),
    watchEditor(engine, warmer),
    warmer,
  );
}

/** Follows the user: where the cursor is, and whether somebody types. */
function watchEditor(engine: Engine, warmer: GhostWarmer): vscode.Disposable {
  const typing = new TypingSignal((active) => {
    engine.activity({ typing: active });
  });
  return vscode.Disposable.from(
    typing,
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      warmer.arrived(editor);
    }),
    vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => {
      if (textEditor === vscode.window.activeTextEditor) warmer.moved(textEditor);
    }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      const editor = vscode.window.activeTextEditor;
      // A change of what is saved or not has no content; those of other documents, or in the background, are programs' work.
      if (contentChanges.length === 0 || editor?.document !== document || !isWrittenIn(document.uri.scheme)) return;
      if (vscode.window.state.focused) typing.typed();
      warmer.moved(editor);
    }),
  );
}

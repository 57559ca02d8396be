import * as vscode from 'vscode';
import { Emitter, type Event } from '../../util/event';
import type { LanguageModel, WorkerControl } from '../llm/languageModel';
import { commandIds } from '../services/commandIds';
import type { Config } from '../services/config';
import type { ConfigService } from '../services/configService';
import { isWrittenIn } from '../services/workspace/secretFiles';
import type { Log } from '../services/log';
import { SharingRules } from '../services/workspace/contentExclusion';
import { acceptedCommand, type Accepted } from './acceptedCompletion';
import { GhostControls, isOnForLanguage } from './completionControls';
import { chooseSnooze, showGhostMenu, showWhy } from './completionMenu';
import { GhostNumbers } from './completionStatistics';
import { GhostTextProvider } from './completionProvider';
import { RelatedFiles } from './relatedFiles';
import { TypingSignal } from './typingSignal';
import { GhostWarmer } from './completionWarmUp';
import { describeOff } from './completionMessages';

export interface CompletionDeps {
  readonly engine: LanguageModel;
  readonly worker: Pick<WorkerControl, 'activity'>;
  readonly config: ConfigService;
  readonly log: Log;
}

/** Ghost text as the rest of the extension sees it. */
export interface Completion {
  readonly dispose: () => void;
  /** Why it does not come by itself in the active editor, in words; empty where it does. */
  readonly state: () => string;
  /** Fires when that may have changed. */
  readonly onDidChange: Event<undefined>;
}

/** Ghost text in every document, what is evaluated ahead for it, and its commands. */
export function registerCompletion({ engine, worker, config, log }: CompletionDeps): Completion {
  const read = (): Config => config.current;
  const controls = new GhostControls(() => ({ enabled: read()['ghostText.enabled'], languages: read()['ghostText.languages'] }));
  const numbers = new GhostNumbers();
  const changed = new Emitter<undefined>();
  const rules = new SharingRules(() => read()['ghostText.exclude']);
  const related = new RelatedFiles(rules, () => read()['ghostText.relatedFiles']);
  const warmer = new GhostWarmer(engine, read, { controls, related });
  const beforeAsking = (): void => {
    warmer.cancel();
  };
  const provider = new GhostTextProvider({ engine, config: read, controls, numbers, related, log, beforeAsking });
  const run: Run = (command, ...args) => {
    vscode.commands.executeCommand(command, ...args).then(undefined, (error: unknown) => {
      log.warn(`${command}: ${String(error)}`);
    });
  };
  const registered = vscode.Disposable.from(
    engine.onDidChangeState(({ kind }) => {
      if (kind === 'starting' || kind === 'loading') return;
      // The first key press starts the model, which has no answer for it: the suggestion is asked for again when it has loaded.
      const missed = provider.takeMissed(vscode.window.activeTextEditor);
      if (kind === 'ready' && missed) run(suggestCommand);
      else if (kind === 'ready') warmer.arrived(vscode.window.activeTextEditor);
    }),
    vscode.commands.registerCommand(acceptedCommand, (accepted: Accepted) => {
      provider.accepted(accepted, vscode.window.activeTextEditor);
      // The walkthrough's step about ghost text is done by taking a suggestion.
      run('setContext', acceptedCommand, true);
    }),
    vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, provider),
    registerCommands({ config, controls, numbers, run }),
    watchEditor(worker, warmer, numbers),
    ...[config.onDidChange, controls.onDidChange, vscode.window.onDidChangeActiveTextEditor].map((event) =>
      event(() => {
        changed.fire(undefined);
      }),
    ),
    warmer,
    related,
    rules,
    controls,
    changed,
  );
  const state = (): string => {
    const language = vscode.window.activeTextEditor?.document.languageId ?? '';
    return describeOff(controls.offReason(language), language, controls.snoozedUntil);
  };
  const dispose = (): void => {
    registered.dispose();
  };
  return { state, onDidChange: changed.event, dispose };
}

/** VS Code's own command that asks for a suggestion at once. */
const suggestCommand = 'editor.action.inlineSuggest.trigger';

type Run = (command: string, ...args: readonly unknown[]) => void;

interface CommandDeps {
  readonly config: ConfigService;
  readonly controls: GhostControls;
  readonly numbers: GhostNumbers;
  readonly run: Run;
}

function registerCommands({ config, controls, numbers, run }: CommandDeps): vscode.Disposable {
  const menu = { config: () => config.current, controls, numbers };
  return vscode.Disposable.from(
    vscode.commands.registerCommand(commandIds.toggleGhostText, () =>
      config.update('ghostText.enabled', !config.current['ghostText.enabled']),
    ),
    vscode.commands.registerCommand(commandIds.toggleGhostTextLanguage, async () => {
      const language = vscode.window.activeTextEditor?.document.languageId;
      if (language === undefined) {
        void vscode.window.showInformationMessage(vscode.l10n.t('Open a file first: ghost text is turned on or off for its language.'));
        return;
      }
      const languages = config.current['ghostText.languages'];
      await config.update('ghostText.languages', { ...languages, [language]: !isOnForLanguage(languages, language) });
    }),
    vscode.commands.registerCommand(commandIds.snoozeGhostText, () => chooseSnooze(controls)),
    vscode.commands.registerCommand(commandIds.triggerGhostText, () => {
      run(suggestCommand);
    }),
    vscode.commands.registerCommand(commandIds.whyNoGhostText, () => showWhy(menu)),
    vscode.commands.registerCommand(commandIds.showGhostText, () => showGhostMenu(menu)),
  );
}

/** Follows the user: where the cursor is, and whether somebody types. */
function watchEditor(worker: Pick<WorkerControl, 'activity'>, warmer: GhostWarmer, numbers: GhostNumbers): vscode.Disposable {
  const typing = new TypingSignal((active) => {
    worker.activity({ typing: active });
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
      for (const { rangeOffset, text } of contentChanges) numbers.changed({ document: document.uri.toString(), offset: rangeOffset, text });
      const editor = vscode.window.activeTextEditor;
      // A change of what is saved or not has no content; those of other documents, or in the background, are programs' work.
      if (contentChanges.length === 0 || editor?.document !== document || !isWrittenIn(document.uri.scheme)) return;
      if (vscode.window.state.focused) typing.typed();
      warmer.moved(editor);
    }),
  );
}

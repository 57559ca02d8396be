import * as vscode from 'vscode';
import type { CompleteResult } from '../../protocol/worker';
import type { Engine } from '../engine/engine';
import type { Config } from '../services/config';
import type { Log } from '../services/log';
import { acceptedCommand } from './accepted';
import { editorFacts, placeParams, readPlace, type Place } from './place';
import { continueSuggestion, type Suggestion } from './suggestion';
import { decideTrigger } from './trigger';

/** How a request for ghost text ended; each is logged by name. */
type Ending = 'shown' | 'reused' | 'empty' | 'cancelled' | 'failed' | 'notReady' | `skipped: ${string}`;

/** Ghost text: asks the worker for what may follow the cursor. */
export class GhostTextProvider implements vscode.InlineCompletionItemProvider {
  private last: Suggestion | undefined;
  private missed: Missed | undefined;

  constructor(
    private readonly engine: Engine,
    private readonly config: () => Config,
    private readonly log: Log,
    /** Called when the worker is about to be asked. */
    private readonly beforeAsking: () => void,
  ) {}

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const place = readPlace(document, position, context.selectedCompletionInfo);
    const invoked = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    const decision = decideTrigger({ ...editorFacts(document), ...place.line, invoked, enabled: this.config()['ghostText.enabled'] });
    if (decision.kind === 'skip') return this.end(`skipped: ${decision.reason}`);
    const reused = invoked ? undefined : continueSuggestion(this.last, document.uri.toString(), place.prefix, place.suffix);
    if (reused !== undefined) return this.show('reused', document, place, reused);
    if (this.engine.state.kind !== 'ready') {
      this.missed = this.modelIsOnItsWay() ? { document, version: document.version, position } : undefined;
      this.engine.start();
      return this.end('notReady');
    }
    if (!invoked && !(await waited(this.config()['ghostText.debounceMilliseconds'], token))) return this.end('cancelled');
    this.beforeAsking();
    const outcome = await this.engine.complete(
      { ...placeParams(document, place), multiline: decision.multiline, maxTokens: this.config()['ghostText.maxTokens'] },
      token,
    );
    if (outcome.kind === 'failed') return this.end('failed', outcome.error.kind);
    return this.answer(document, place, outcome.value);
  }

  /**
   * Whether a suggestion was asked for while the model was not loaded yet, at the place where `editor` still is and with ghost text still
   * on. Asking forgets it.
   */
  takeMissed(editor: vscode.TextEditor | undefined): boolean {
    const { missed } = this;
    this.missed = undefined;
    return (
      missed !== undefined &&
      this.config()['ghostText.enabled'] &&
      editor?.document === missed.document &&
      missed.document.version === missed.version &&
      editor.selections.length === 1 &&
      editor.selection.isEmpty &&
      editor.selection.active.isEqual(missed.position)
    );
  }

  /** Not so after a crash, which the same request may have caused, nor while nothing is tried again. */
  private modelIsOnItsWay(): boolean {
    const { kind } = this.engine.state;
    return kind === 'stopped' || kind === 'starting' || kind === 'loading';
  }

  private answer(document: vscode.TextDocument, place: Place, result: CompleteResult): vscode.InlineCompletionItem[] {
    if (result.stop === 'cancelled') return this.end('cancelled');
    const { metrics } = result;
    const detail = `${metrics.reusedTokens}/${metrics.promptTokens} reused, ${metrics.generatedTokens} generated in ${Math.round(metrics.totalMilliseconds)} ms`;
    if (result.text === '') return this.end('empty', detail);
    this.last = { document: document.uri.toString(), prefix: place.prefix, suffix: place.suffix, text: result.text };
    return this.show('shown', document, place, result.text, detail);
  }

  private show(ending: Ending, document: vscode.TextDocument, place: Place, text: string, detail = ''): vscode.InlineCompletionItem[] {
    this.end(ending, detail);
    const own = document.eol === vscode.EndOfLine.CRLF ? text.replace(/\n/g, '\r\n') : text;
    return [new vscode.InlineCompletionItem(place.selected + own, place.range, { command: acceptedCommand, title: '' })];
  }

  private end(ending: Ending, detail = ''): vscode.InlineCompletionItem[] {
    this.log.debug(detail === '' ? ending : `${ending}: ${detail}`);
    return [];
  }
}

/** Where a suggestion was asked for in vain. */
interface Missed {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly position: vscode.Position;
}

/** Waits; false when cancelled meanwhile, as the next key press does. */
function waited(milliseconds: number, token: vscode.CancellationToken): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      subscription.dispose();
      resolve(!token.isCancellationRequested);
    }, milliseconds);
    const subscription = token.onCancellationRequested(() => {
      clearTimeout(timer);
      subscription.dispose();
      resolve(false);
    });
  });
}

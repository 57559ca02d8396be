import type { CompletionRequest, CompletionResult } from '../../contract/completion';
import * as vscode from 'vscode';
import { CancelSource } from '../llm/worker/cancelSource';
import type { LanguageModel } from '../llm/languageModel';
import type { Config } from '../services/config';
import type { Log } from '../services/log';
import { acceptedCommand, type Accepted } from './acceptedCompletion';
import type { GhostControls } from './completionControls';
import type { Ending, GhostNumbers } from './completionStatistics';
import { TypingPace } from './debounce';
import { editorFacts, placeParams, readPlace, type Place } from './completionPlace';
import type { RelatedFiles } from './relatedFiles';
import { continueSuggestion, type Offered, type Suggestion } from './shownCompletion';
import { decideTrigger, type TriggerDecision } from './completionTrigger';
import { describeEnding } from './completionMessages';

/** What ghost text needs of the extension. */
export interface GhostDeps {
  readonly engine: LanguageModel;
  readonly config: () => Config;
  readonly controls: Pick<GhostControls, 'offReason'>;
  readonly numbers: GhostNumbers;
  readonly related: Pick<RelatedFiles, 'for'>;
  readonly log: Log;
  /** Called when the worker is about to be asked. */
  readonly beforeAsking: () => void;
}

/** Ghost text: asks the worker for what may follow the cursor. */
export class GhostTextProvider implements vscode.InlineCompletionItemProvider {
  private last: Suggestion | undefined;
  /** Where a suggestion was asked for in vain. */
  private missed: Spot | undefined;

  private readonly pace = new TypingPace();
  private taken: Spot | undefined;
  /** Ends what is worked out ahead. */
  private ahead = new CancelSource();

  constructor(private readonly deps: GhostDeps) {}

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    context: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const { engine, beforeAsking } = this.deps;
    const config = this.deps.config();
    const request = { document, position, began: performance.now() };
    const place = readPlace(document, position, context.selectedCompletionInfo);
    const invoked = context.triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    const decision = this.decide(request, place, invoked);
    if (decision.kind === 'skip') {
      if (invoked) void vscode.window.showInformationMessage(vscode.l10n.t('No suggestion here: {0}', describeEnding(decision.reason)));
      return this.end(request, decision.reason);
    }
    const kept = continueSuggestion(this.last, document.uri.toString(), place.prefix, place.suffix);
    if (kept !== undefined && !invoked) return this.show(request, 'kept', place, kept);
    if (engine.state.kind !== 'ready' && engine.state.kind !== 'remote') {
      this.missed = this.modelIsOnItsWay() ? { document, version: document.version, position } : undefined;
      engine.start();
      return this.end(request, 'notReady');
    }
    const wait = this.pace.wait(this.deps.numbers.medianLatency, config['ghostText.debounceMilliseconds']);
    if (!invoked && wait > 0 && !(await waited(wait, token))) return this.end(request, 'cancelled');
    beforeAsking();
    this.ahead.cancel();
    const params = {
      ...placeParams(document, place),
      related: this.deps.related.for(document, place.prefix + place.suffix),
      multiline: decision.multiline,
      maxTokens: config['ghostText.maxTokens'],
      ...(invoked ? { unsure: true } : {}),
    };
    // VS Code asks so when the next one is wanted of what is shown.
    if (kept !== undefined)
      return [...this.show(request, 'kept', place, kept), ...(await this.alternatives(request, place, kept, params, token))];
    const outcome = await engine.complete(params, token);
    if (outcome.kind === 'failed') return this.end(request, 'failed', outcome.error.kind);
    const items = this.answer(request, place, outcome.value);
    if (items.length > 0 && !token.isCancellationRequested) this.lookAhead(document, placeBehind(place, outcome.value), params);
    return items;
  }

  /** Has what comes after a suggestion worked out while it is shown, so that it is there when the suggestion is taken or typed. */
  private lookAhead(document: vscode.TextDocument, place: Place, params: CompletionRequest): void {
    const before = place.prefix.slice(place.prefix.lastIndexOf('\n') + 1);
    const facts = editorFacts(document, this.deps.config()['ghostText.exclude']);
    const decision = decideTrigger({ ...facts, ...place.line, before, invoked: false, off: undefined, justTaken: false });
    if (decision.kind === 'skip') return;
    this.ahead.cancel();
    this.ahead = new CancelSource();
    const next = { ...params, ...placeParams(document, place), multiline: decision.multiline, unsure: false, ahead: true };
    void this.deps.engine.complete(next, this.ahead.token);
  }

  /** What else the model might say, each once. */
  private async alternatives(
    { document }: Request,
    place: Place,
    shown: Offered,
    params: CompletionRequest,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const offers = new Map([[shown.text, shown]]);
    for (let variant = 1; variant <= mostVariants && !token.isCancellationRequested; variant++) {
      const outcome = await this.deps.engine.complete({ ...params, variant }, token);
      if (outcome.kind === 'failed') break;
      if (outcome.value.text !== '') offers.set(outcome.value.text, toOffered(place, outcome.value));
    }
    offers.delete(shown.text);
    return Array.from(offers.values(), (offered) => itemOf(document, place, offered));
  }

  /** A suggestion was taken; the cursor of `editor` stands behind it. */
  accepted({ characters, oneLine }: Accepted, editor: vscode.TextEditor | undefined): void {
    this.deps.numbers.taken(characters);
    this.taken =
      oneLine && editor ? { document: editor.document, version: editor.document.version, position: editor.selection.active } : undefined;
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
      this.deps.controls.offReason(missed.document.languageId) === undefined &&
      editor?.document === missed.document &&
      editor.selections.length === 1 &&
      editor.selection.isEmpty &&
      isAt(missed, editor.document, editor.selection.active)
    );
  }

  /** Not so after a crash, which the same request may have caused, nor while nothing is tried again. */
  private modelIsOnItsWay(): boolean {
    const { kind } = this.deps.engine.state;
    return kind === 'stopped' || kind === 'starting' || kind === 'loading';
  }

  private decide({ document, position }: Request, place: Place, invoked: boolean): TriggerDecision {
    return decideTrigger({
      ...editorFacts(document, this.deps.config()['ghostText.exclude']),
      ...place.line,
      invoked,
      off: this.deps.controls.offReason(document.languageId),
      justTaken: this.taken !== undefined && isAt(this.taken, document, position),
    });
  }

  private answer(request: Request, place: Place, result: CompletionResult): vscode.InlineCompletionItem[] {
    if (result.stop === 'cancelled') return this.end(request, 'cancelled');
    const { metrics, text, dropped } = result;
    const detail = `${metrics.reusedTokens}/${metrics.promptTokens} reused, ${metrics.generatedTokens} generated in ${Math.round(metrics.totalMilliseconds)} ms`;
    if (text === '') return this.end(request, dropped ?? 'nothing', detail);
    const offered = toOffered(place, result);
    this.last = { document: request.document.uri.toString(), prefix: place.prefix, suffix: place.suffix, ...offered };
    return this.show(request, 'shown', place, offered, detail);
  }

  private show(request: Request, ending: 'shown' | 'kept', place: Place, offered: Offered, detail = ''): vscode.InlineCompletionItem[] {
    this.end(request, ending, detail);
    const { document, position } = request;
    const text = withLineEnds(document, offered.text);
    this.deps.numbers.offer({ document: document.uri.toString(), offset: document.offsetAt(position), text });
    return [itemOf(document, place, offered)];
  }

  private end({ began }: Request, ending: Ending, detail = ''): vscode.InlineCompletionItem[] {
    this.deps.numbers.ended(ending, performance.now() - began);
    this.deps.log.debug(detail === '' ? ending : `${ending}: ${detail}`);
    return [];
  }
}

/** Alternatives that are looked for; as many as people look through. */
const mostVariants = 3;

function toOffered({ suffix }: Place, { text, replaces = 0 }: CompletionResult): Offered {
  return { text, replaced: suffix.slice(0, replaces) };
}

/** The place where the cursor is once a suggestion is taken. */
function placeBehind(place: Place, { text, replaces = 0 }: CompletionResult): Place {
  return {
    ...place,
    prefix: place.prefix + text,
    suffix: place.suffix.slice(replaces),
    line: { ...place.line, after: place.line.after.slice(replaces) },
  };
}

function itemOf(document: vscode.TextDocument, { range, selected }: Place, { text, replaced }: Offered): vscode.InlineCompletionItem {
  const own = withLineEnds(document, text);
  const accepted: Accepted = { characters: own.length - replaced.length, oneLine: !text.includes('\n') };
  const whole = range.with({ end: range.end.translate(0, replaced.length) });
  return new vscode.InlineCompletionItem(selected + own, whole, { command: acceptedCommand, title: '', arguments: [accepted] });
}

function withLineEnds(document: vscode.TextDocument, text: string): string {
  return document.eol === vscode.EndOfLine.CRLF ? text.replace(/\n/g, '\r\n') : text;
}

/** A request of VS Code's for ghost text. */
interface Request {
  readonly document: vscode.TextDocument;
  readonly position: vscode.Position;
  /** When it came, as `performance.now()` has it. */
  readonly began: number;
}

/** A place in one version of a document. */
interface Spot {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly position: vscode.Position;
}

function isAt(spot: Spot, document: vscode.TextDocument, position: vscode.Position): boolean {
  return spot.document === document && spot.version === document.version && spot.position.isEqual(position);
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

import * as vscode from 'vscode';
import { anchoredTail } from '../../prompt/ghost';
import type { CompleteResult } from '../../protocol/worker';
import type { Engine } from '../engine/engine';
import type { Config } from '../services/config';
import type { Log } from '../services/log';
import { continueSuggestion, type Suggestion } from './suggestion';
import { decideTrigger } from './trigger';

/** Most characters of the document sent to the worker, before and after the cursor; it takes of them what fits its budget. */
const mostBefore = 32_000;
const mostAfter = 4_000;

/** How a request for ghost text ended; each is logged by name. */
type Ending = 'shown' | 'reused' | 'empty' | 'cancelled' | 'failed' | 'notReady' | `skipped: ${string}`;

/** Ghost text: asks the worker for what may follow the cursor. */
export class GhostTextProvider implements vscode.InlineCompletionItemProvider {
  private last: Suggestion | undefined;
  private missed = false;

  constructor(
    private readonly engine: Engine,
    private readonly config: () => Config,
    private readonly log: Log,
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
    if (reused !== undefined) return this.show('reused', place, reused);
    if (this.engine.state.kind !== 'ready') {
      this.missed = true;
      this.engine.start();
      return this.end('notReady');
    }
    if (!invoked && !(await waited(this.config()['ghostText.debounceMilliseconds'], token))) return this.end('cancelled');
    const outcome = await this.engine.complete(
      {
        path: vscode.workspace.asRelativePath(document.uri, false),
        language: document.languageId,
        prefix: anchoredTail(place.prefix, mostBefore),
        suffix: place.suffix,
        multiline: decision.multiline,
        maxTokens: this.config()['ghostText.maxTokens'],
      },
      token,
    );
    if (outcome.kind === 'failed') return this.end('failed', outcome.error.kind);
    return this.answer(document, place, outcome.value);
  }

  /** Whether a suggestion was asked for while there was no model yet; asking again forgets it. */
  takeMissed(): boolean {
    const { missed } = this;
    this.missed = false;
    return missed;
  }

  private answer(document: vscode.TextDocument, place: Place, result: CompleteResult): vscode.InlineCompletionItem[] {
    if (result.stop === 'cancelled') return this.end('cancelled');
    const { metrics } = result;
    const detail = `${metrics.reusedTokens}/${metrics.promptTokens} reused, ${metrics.generatedTokens} generated in ${Math.round(metrics.totalMilliseconds)} ms`;
    if (result.text === '') return this.end('empty', detail);
    const text = document.eol === vscode.EndOfLine.CRLF ? result.text.replace(/\n/g, '\r\n') : result.text;
    this.last = { document: document.uri.toString(), prefix: place.prefix, suffix: place.suffix, text };
    return this.show('shown', place, text, detail);
  }

  private show(ending: Ending, place: Place, text: string, detail = ''): vscode.InlineCompletionItem[] {
    this.end(ending, detail);
    return [new vscode.InlineCompletionItem(place.selected + text, place.range)];
  }

  private end(ending: Ending, detail = ''): vscode.InlineCompletionItem[] {
    this.log.debug(detail === '' ? ending : `${ending}: ${detail}`);
    return [];
  }
}

/** The cursor's surroundings, as if the item selected in IntelliSense had been accepted. */
interface Place {
  readonly prefix: string;
  readonly suffix: string;
  readonly line: { readonly before: string; readonly after: string };
  /** What a completion replaces, and the text of IntelliSense's item that it has to begin with. */
  readonly range: vscode.Range;
  readonly selected: string;
}

function readPlace(document: vscode.TextDocument, position: vscode.Position, info: vscode.SelectedCompletionInfo | undefined): Place {
  const range = info?.range ?? new vscode.Range(position, position);
  const selected = info?.text ?? '';
  const prefix = document.getText(new vscode.Range(new vscode.Position(0, 0), range.start)) + selected;
  const end = document.offsetAt(range.end);
  const suffix = document.getText(new vscode.Range(range.end, document.positionAt(end + mostAfter)));
  return {
    prefix,
    suffix,
    line: { before: prefix.slice(prefix.lastIndexOf('\n') + 1), after: suffix.split(/\r?\n/, 1)[0] ?? '' },
    range,
    selected,
  };
}

function editorFacts(document: vscode.TextDocument): { path: string; scheme: string; selectionIsEmpty: boolean; cursors: number } {
  const editor = vscode.window.activeTextEditor;
  const selections = editor?.document === document ? editor.selections : [];
  return {
    path: document.uri.path,
    scheme: document.uri.scheme,
    selectionIsEmpty: selections.every((selection) => selection.isEmpty),
    cursors: selections.length,
  };
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

import type { WarmParams } from '../../contract/warmUp';
import * as vscode from 'vscode';
import type { LanguageModel } from '../llm/languageModel';
import { idleAfter, WarmUp, type Idle } from '../llm/idleWarmUp';
import type { Config } from '../services/config';
import type { GhostControls } from './completionControls';
import { editorFacts, placeParams, readPlace } from './completionPlace';
import type { RelatedFiles } from './relatedFiles';
import { decideTrigger } from './completionTrigger';

/** So many milliseconds without a key or a movement of the cursor are a pause. */
const pauseMilliseconds = 1000;

interface WarmerDeps {
  readonly controls: Pick<GhostControls, 'offReason'>;
  readonly related: Pick<RelatedFiles, 'for' | 'settle'>;
}

/** Has the engine evaluate what the next suggestion's prompt will begin with, while nobody asks for one. */
export class GhostWarmer implements vscode.Disposable {
  private readonly warmUp: WarmUp;

  constructor(
    private readonly engine: LanguageModel,
    private readonly config: () => Config,
    private readonly deps: WarmerDeps,
    private readonly idle: Idle = idleAfter(pauseMilliseconds),
  ) {
    this.warmUp = new WarmUp(engine, idle);
  }

  /** Another file is shown, or the model has become ready: its place is warmed at once, as far as other files have nothing to say first. */
  arrived(editor: vscode.TextEditor | undefined): void {
    this.request(editor, idleAfter(0));
  }

  /** The cursor has moved or the text has changed: the place is warmed at the next pause. */
  moved(editor: vscode.TextEditor | undefined): void {
    this.request(editor);
  }

  /** A suggestion is asked for, whose prompt is that of the place itself. */
  cancel(): void {
    this.warmUp.cancel();
  }

  dispose(): void {
    this.warmUp.dispose();
  }

  private request(editor: vscode.TextEditor | undefined, idle = this.idle): void {
    if (!editor) {
      this.cancel();
      return;
    }
    const { document, selection } = editor;
    const { line, character } = selection.active;
    // Only now may what other files have to say change: it stands before the document, which is evaluated anew behind it.
    const settled = after(idle, async (isWanted) => {
      if (this.engine.state.kind === 'ready' && this.params(editor)) await this.deps.related.settle(document, isWanted);
    });
    this.warmUp.request(`${document.uri.toString()} ${document.version} ${line}:${character}`, () => this.params(editor), settled);
  }

  private params(editor: vscode.TextEditor): WarmParams | undefined {
    if (vscode.window.activeTextEditor !== editor) return undefined;
    const { document, selection } = editor;
    const facts = {
      ...editorFacts(document, this.config()['ghostText.exclude']),
      invoked: false,
      off: this.deps.controls.offReason(document.languageId),
      justTaken: false,
    };
    // Where something stands right of the cursor none is asked for; the line's end is the next place where one may be.
    for (const position of [selection.active, document.lineAt(selection.active.line).range.end]) {
      const place = readPlace(document, position);
      const decision = decideTrigger({ ...facts, ...place.line });
      if (decision.kind === 'ask') {
        return {
          kind: 'completion',
          ...placeParams(document, place),
          related: this.deps.related.for(document, place.prefix + place.suffix),
        };
      }
      if (decision.reason !== 'wordAhead') return undefined;
    }
    return undefined;
  }
}

/** {@link Idle} that does some work first. */
function after(idle: Idle, work: (isWanted: () => boolean) => Promise<void>): Idle {
  return (action) => {
    let isDisposed = false;
    const run = async (): Promise<void> => {
      // Whatever keeps the work from being done does not keep the action.
      await work(() => !isDisposed).catch(() => undefined);
      if (!isDisposed) action();
    };
    const waiting = idle(() => void run());
    return {
      dispose: () => {
        isDisposed = true;
        waiting.dispose();
      },
    };
  };
}

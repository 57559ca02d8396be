import type { EngineErrorData } from '../../protocol/errors';
import type { EngineView, WebviewStrings } from '../../protocol/webview';
import type { CutNote, StopReason } from '../../protocol/worker';
import type { EngineState } from '../engine/engine';
import type { Problem } from '../engine/problems';
import type { ForecastWords } from './context/gauge';

/** What there is to say about an answer beside its text. */
export interface NoteFacts {
  readonly stop?: StopReason;
  readonly droppedTurns: number;
  readonly cuts: readonly CutNote[];
}

/** Every word the chat says. An interface, so that the chat runs without VS Code in tests; `messages.ts` has the words. */
export interface ChatTexts extends ForecastWords {
  readonly webview: WebviewStrings;
  /** Title of a conversation without a question. */
  readonly untitled: string;
  problem(error: EngineErrorData): Problem;
  /** The label of the button that asks a question again. */
  readonly retry: string;
  notes(facts: NoteFacts): readonly string[];
  engine(state: EngineState): EngineView;
}

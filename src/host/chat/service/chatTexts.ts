import type { CutNote } from '../../../contract/context';
import type { StopReason } from '../../../contract/metrics';
import type { EngineErrorData } from '../../../contract/engineErrors';
import type { EngineView } from '../../../contract/webview/chatMessages';
import type { EngineState } from '../../llm/languageModel';
import type { Problem } from '../../ui/errorMessages';
import type { ForecastWords } from '../context/contextGauge';

/** What there is to say about an answer beside its text. */
export interface NoteFacts {
  readonly stop?: StopReason;
  readonly droppedTurns: number;
  readonly cuts: readonly CutNote[];
}

/** The host's words in the chat. An interface, so that the chat runs without VS Code in tests. `localizedChatTexts.ts` implements it. */
export interface ChatTexts extends ForecastWords {
  /** Title of a conversation without a question. */
  readonly untitled: string;
  problem(error: EngineErrorData): Problem;
  /** The label of the button that asks a question again. */
  readonly retry: string;
  notes(facts: NoteFacts): readonly string[];
  engine(state: EngineState): EngineView;
}

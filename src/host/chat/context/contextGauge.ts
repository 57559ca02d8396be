import type { ChatTurn } from '../../../contract/chat';
import type { ContextBlock, UserContent } from '../../../contract/context';
import type { BlockSizes } from '../../../prompt/context/blockLimits';
import { foretell, type Forecast } from '../../../prompt/context/promptForecast';
import type { GaugeView } from '../../../contract/webview/chatMessages';
import type { ServingModel } from '../../llm/languageModel';
import type { TokenCounter } from './tokenCounter';
import { labelOf, sourcesOf, type SourceWords } from './attachmentLabels';

/** What a question would be sent with. */
export interface GaugeSource {
  readonly system: string;
  /** Most tokens of the answer. */
  readonly maxTokens: number;
  readonly history: readonly (ChatTurn & { readonly title: string })[];
  /** As typed so far. */
  readonly question: string;
}

/** Words for what will happen to a question. */
export interface ForecastWords extends SourceWords {
  /** `turns` questions are left out, of which the last is `title`. */
  dropped(turns: number, title: string): string;
  /** Says how much of a block will be shown. `totalTokens` may be an estimate. */
  cut(label: string, shownTokens: number, totalTokens: number, isEstimate: boolean): string;
  /** Even with everything left out and cut it does not fit. */
  tooLong(): string;
}

/**
 * Tells how full the context would be, and what would be left out; `undefined` where the texts cannot be counted. The texts stay on this
 * machine and are not evaluated: the worker's tokenizer counts them, or the counts are estimates. Answers that the loaded model wrote come
 * with their count.
 */
export async function readGauge(
  source: GaugeSource,
  content: Omit<UserContent, 'text'>,
  counter: TokenCounter,
  facts: () => ServingModel | undefined,
  words: ForecastWords,
): Promise<GaugeView | undefined> {
  const user = { ...content, text: source.question };
  const answers = source.history.flatMap(({ answer }) => (isCounted(answer, facts()) ? [] : [answer.text]));
  const texts = [source.system, ...answers, ...[...source.history.map((turn) => turn.user), user].flatMap(textsOf)];
  const counted = await counter.count(texts);
  const model = facts();
  if (!counted || model === undefined) return undefined;
  const of = (text: string): number => counter.of(text) ?? 0;
  const forecast = foretell(
    {
      system: of(source.system),
      turns: source.history.map(({ user: asked, answer }) => ({
        user: sizesOf(asked, of),
        answer: isCounted(answer, model) ? answer.tokens.length : of(answer.text),
      })),
      user: sizesOf(user, of),
    },
    { format: model.promptFormat, contextTokens: model.contextTokens },
    source.maxTokens,
  );
  const { usedTokens, droppedTurns, fits } = forecast;
  const { contextTokens, estimatesTokens: isEstimate } = model;
  const dropped = source.history[droppedTurns - 1];
  const warnings = [
    ...(dropped === undefined ? [] : [words.dropped(droppedTurns, dropped.title)]),
    ...cutWarnings(content, forecast.cuts, (label, shown, text) => words.cut(label, shown, of(text), isEstimate), words),
    ...(fits ? [] : [words.tooLong()]),
  ];
  return { usedTokens, contextTokens, isEstimate, warnings };
}

/** Whether the ids are the loaded model's: then they need no counting. */
function isCounted(answer: ChatTurn['answer'], facts: ServingModel | undefined): answer is { text: string; tokens: readonly number[] } {
  return answer.tokens !== undefined && answer.tokens.length > 0 && answer.fingerprint === facts?.fingerprint;
}

function textsOf({ file, selection, context = [], text }: UserContent): readonly string[] {
  return [file?.text ?? '', selection?.text ?? '', ...context.map((block) => block.text), text];
}

function sizesOf({ file, selection, context = [], text }: UserContent, of: (text: string) => number): BlockSizes {
  return {
    file: of(file?.text ?? ''),
    selection: of(selection?.text ?? ''),
    context: context.map((block) => of(block.text)),
    question: of(text),
  };
}

/** A draft has no selection of its file: what was selected is attached by itself. */
function cutWarnings(
  { file, context = [] }: Omit<UserContent, 'text'>,
  cuts: Forecast['cuts'],
  describe: (label: string, shownTokens: number, text: string) => string,
  words: SourceWords,
): readonly string[] {
  const blocks: readonly ContextBlock[] = [...(file ? [{ kind: 'file' as const, ...file }] : []), ...context];
  const shown = [...(file ? [cuts.file] : []), ...cuts.context];
  return blocks.flatMap((block, index) => {
    const [source] = sourcesOf({ context: [block] });
    const limit = shown[index];
    return source === undefined || limit === undefined ? [] : [describe(labelOf(source, words), limit, block.text)];
  });
}

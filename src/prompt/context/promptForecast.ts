import { chatBudget } from '../chat/chatPrompt';
import { keptFrom } from '../chat/historyLimit';
import { blockLimits, blocksTotal, type BlockSizes } from './blockLimits';
import type { ChatFormat } from '../promptTypes';

/** What a format puts around a message and its answer; for templates, about the middle of those known. */
const TURN_OVERHEAD: Readonly<Record<ChatFormat['kind'], number>> = { llama2: 10, base: 10, template: 20 };

/** The model a prompt is for. */
export interface ForecastModel {
  readonly format: ChatFormat['kind'];
  /** Size of a lane. */
  readonly contextTokens: number;
}

/** What a prompt would be made of; all counts in tokens. */
export interface PromptSizes {
  readonly system: number;
  /** The finished turns, oldest first. */
  readonly turns: readonly { readonly user: BlockSizes; readonly answer: number }[];
  readonly user: BlockSizes;
}

/** What becomes of it. */
export interface Forecast {
  /** Of the prompt, after everything was left out and cut. */
  readonly usedTokens: number;
  readonly droppedTurns: number;
  /** Of each block of the message to be sent, how much of it will be shown; `undefined` where that is all. */
  readonly cuts: { readonly file?: number; readonly selection?: number; readonly context: readonly (number | undefined)[] };
  /** Whether it can be asked at all. */
  readonly fits: boolean;
}

/**
 * What the worker will leave out and cut of a prompt, by the policies it has: {@link blockLimits} and {@link keptFrom}. Tokens that arise
 * where two parts meet are estimated, so at the very edge the worker may decide otherwise.
 */
export function foretell(sizes: PromptSizes, model: ForecastModel, maxTokens: number): Forecast {
  const { contextTokens, reserveTokens } = chatBudget(model.contextTokens, maxTokens);
  const overhead = TURN_OVERHEAD[model.format];
  const message = (user: BlockSizes): number => blocksTotal(user, blockLimits(user, contextTokens)) + user.question;
  const turns = sizes.turns.map(({ user, answer }) => message(user) + answer + overhead);
  const last = message(sizes.user) + overhead;
  const limit = contextTokens - reserveTokens;
  const droppedTurns = keptFrom(turns, last, sizes.system, limit);
  const usedTokens = sizes.system + last + turns.slice(droppedTurns).reduce((sum, each) => sum + each, 0);
  return { usedTokens, droppedTurns, cuts: cutsOf(sizes.user, contextTokens), fits: usedTokens <= limit };
}

function cutsOf(user: BlockSizes, contextTokens: number): Forecast['cuts'] {
  const limits = blockLimits(user, contextTokens);
  const shown = (size: number, limit: number): number | undefined => (size > limit ? limit : undefined);
  const file = shown(user.file, limits.file);
  const selection = shown(user.selection, limits.selection);
  return {
    ...(file === undefined ? {} : { file }),
    ...(selection === undefined ? {} : { selection }),
    context: user.context.map((size, index) => shown(size, limits.context[index] ?? 0)),
  };
}

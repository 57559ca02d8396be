import { append } from '../../util/lists';
import { encodeRuns, liveIds, type ChatLayout, type Conversation, type ConversationTurn, type Run } from './chatLayout';
import { strip } from '../../util/text/strip';
import type { PromptTokenizer } from '../promptTypes';

const USER = 'User:';
const ASSISTANT = 'Assistant:';
const TURN_END = '\n\n';

/** Where an answer of a base model ends: it goes on to write the user's next line by itself. */
export const BASE_STOP_STRINGS: readonly string[] = [`\n${USER}`, `\n${ASSISTANT}`];

/** Tokens by which a piece may exceed its own count when it stands between others. */
const SEAM_TOKENS = 2;

/**
 * A transcript for models that only continue text: the system text as a paragraph, then `User:` and `Assistant:` by turns. Ends with a
 * bare `Assistant:`, since a space there would be a token no training text has before a word.
 */
export function baseLayout(conversation: Conversation, tokenizer: PromptTokenizer): ChatLayout {
  const { system, turns, last } = conversation;
  const head = strip(system) === '' ? '' : strip(system) + TURN_END;
  const turnRuns = turns.map((turn) => finishedTurn(turn, tokenizer));
  const lastRun = openTurn(last);
  const size = (runs: readonly Run[]): number => encodeRuns(runs, tokenizer).length + SEAM_TOKENS;
  return {
    sizes: { fixed: 1 + size([{ kind: 'text', text: head }]), turns: turnRuns.map(size), last: size([lastRun]) },
    tokens(start) {
      const tokens = tokenizer.bos === undefined ? [] : [tokenizer.bos];
      append(tokens, encodeRuns([{ kind: 'text', text: head }, ...turnRuns.slice(start).flat(), lastRun], tokenizer));
      return tokens;
    },
  };
}

function finishedTurn(turn: ConversationTurn, tokenizer: PromptTokenizer): readonly Run[] {
  const ids = liveIds(turn.answer, tokenizer);
  const answer: Run = ids === undefined ? { kind: 'text', text: ` ${strip(turn.answer.text)}` } : { kind: 'ids', ids };
  return [openTurn(turn.user), answer, { kind: 'text', text: TURN_END }];
}

function openTurn(user: string): Run {
  return { kind: 'text', text: `${USER} ${strip(user)}\n${ASSISTANT}` };
}

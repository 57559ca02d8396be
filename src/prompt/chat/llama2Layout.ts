import { append } from '../../util/lists';
import { encodeAfter, liveIds, type ChatLayout, type Conversation, type ConversationTurn } from './chatLayout';
import { strip } from '../../util/text/strip';
import type { PromptTokenizer } from '../promptTypes';

const B_INST = '[INST]';
const E_INST = '[/INST]';
const B_SYS = '<<SYS>>\n';
const E_SYS = '\n<</SYS>>\n\n';

/** Tokens by which the system block in front of a message may exceed the block alone. */
const SEAM_TOKENS = 4;

/**
 * Llama 2 chat as Meta's reference lays it out (`chat_completion` in llama/generation.py, July 2023), token for token: every finished
 * turn is one tokenised string between BOS and EOS, with a space before EOS; the system text is part of the first user message.
 * A live answer differs in one way only: its ids are the generated ones.
 */
export function llama2Layout(conversation: Conversation, tokenizer: PromptTokenizer): ChatLayout {
  const { system, turns, last } = conversation;
  const systemBlock = system === '' ? '' : B_SYS + system + E_SYS;
  const plainTurns = turns.map((turn) => finishedTurn(turn, '', tokenizer));
  const plainLast = openTurn(last, '', tokenizer);
  return {
    sizes: {
      fixed: systemBlock === '' ? 0 : tokenizer.encode(systemBlock).length + SEAM_TOKENS,
      turns: plainTurns.map((tokens) => tokens.length),
      last: plainLast.length,
    },
    tokens(start) {
      const first = turns[start];
      if (first === undefined) return openTurn(last, systemBlock, tokenizer);
      const tokens = finishedTurn(first, systemBlock, tokenizer);
      for (const turn of plainTurns.slice(start + 1)) append(tokens, turn);
      append(tokens, plainLast);
      return tokens;
    },
  };
}

function finishedTurn(turn: ConversationTurn, systemBlock: string, tokenizer: PromptTokenizer): number[] {
  const live = liveIds(turn.answer, tokenizer);
  const tokens: number[] = [];
  if (live === undefined) {
    if (tokenizer.bos !== undefined) tokens.push(tokenizer.bos);
    append(tokens, tokenizer.encode(`${instruction(systemBlock + turn.user)} ${strip(turn.answer.text)} `));
  } else {
    append(tokens, openTurn(turn.user, systemBlock, tokenizer));
    append(tokens, live);
    append(tokens, encodeAfter(' ', tokenizer));
  }
  if (tokenizer.eos !== undefined) tokens.push(tokenizer.eos);
  return tokens;
}

function openTurn(user: string, systemBlock: string, tokenizer: PromptTokenizer): number[] {
  const tokens = tokenizer.bos === undefined ? [] : [tokenizer.bos];
  append(tokens, tokenizer.encode(instruction(systemBlock + user)));
  return tokens;
}

/** The reference strips the message with the system block in it, so space between that block and the user's words stays. */
function instruction(message: string): string {
  return `${B_INST} ${strip(message)} ${E_INST}`;
}

/** What a question becomes that is asked anew: follows from a conversation alone. */
import { removeTurn } from '../store/turnTree';
import type { Conversation, Question, StoredTurn } from '../store/conversationRecords';

export interface Asking {
  readonly question: Question;
  /** Id of the turn it follows; `undefined` at the beginning. */
  readonly parent: string | undefined;
  /** The answer is sampled at this temperature at least. */
  readonly temperatureFloor?: number;
}

/** Whoever asks for another answer has no use for the same one again, which the lower temperatures mostly give. */
const OTHER_ANSWER_TEMPERATURE = 0.7;

/** The question of a turn again, for another answer. A turn without a word of an answer makes way, as nothing of it is worth keeping. */
export function askedAgain(conversation: Conversation, turnId: string): Asking | undefined {
  const turn = settledTurn(conversation, turnId);
  if (turn === undefined) return undefined;
  const { user, title, parent, state } = turn;
  if (turn.answer === '') removeTurn(conversation, turn);
  const question = { ...user, ...(title === undefined ? {} : { title }) };
  return { question, parent, ...(state === 'done' ? { temperatureFloor: OTHER_ANSWER_TEMPERATURE } : {}) };
}

/** The question of a turn in other words, with the same attachments. */
export function askedOtherwise(conversation: Conversation, turnId: string, text: string): Asking | undefined {
  const turn = settledTurn(conversation, turnId);
  if (turn === undefined || text.trim() === '') return undefined;
  delete turn.edit;
  return { question: { ...turn.user, text }, parent: turn.parent };
}

function settledTurn({ turns }: Conversation, turnId: string): StoredTurn | undefined {
  const turn = turns.find(({ id }) => id === turnId);
  return turn?.state === 'streaming' ? undefined : turn;
}

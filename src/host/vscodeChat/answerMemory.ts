import type { AnswerContent, ChatResult } from '../../contract/chat';
import { RecentMap } from '../../util/lruCache';

/** Most ids held: several full conversations of the largest usual context, in less than a megabyte. */
const MOST_TOKENS = 100_000;

/**
 * The token ids of answers given lately, by their text. VS Code hands a conversation back as text; an answer tokenised again seldom gives the
 * ids that were generated, and those alone are in the lane. Held in memory only: after a reload the text has to do.
 */
export class AnswerMemory {
  private readonly answers = new RecentMap<string, AnswerContent>(MOST_TOKENS, ({ tokens }) => tokens?.length ?? 0);

  remember({ text, tokens, fingerprint }: Pick<ChatResult, 'text' | 'tokens' | 'fingerprint'>): void {
    if (text !== '' && tokens.length > 0) this.answers.set(text, { text, tokens, fingerprint });
  }

  /** `text` as an answer of a conversation: with the ids it was generated as, where they are known. */
  answer(text: string): AnswerContent {
    return this.answers.get(text) ?? { text };
  }
}

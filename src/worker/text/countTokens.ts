import { setImmediate as othersFirst } from 'node:timers/promises';
import { sliceWhole } from '../../util/text/wholeCharacters';
import type { PromptTokenizer } from '../../prompt/promptTypes';

/** Characters that are tokenised in one go: a few milliseconds, as nothing else gets a turn meanwhile. */
const PIECE_CHARACTERS = 8192;

/**
 * Tokens of each text by itself. Long texts are counted in pieces, between which other requests get their turn; where two pieces meet, the
 * count may be off by a token.
 */
export async function countTokens(
  texts: readonly string[],
  tokenizer: Pick<PromptTokenizer, 'encode' | 'encodeInside'>,
): Promise<readonly number[]> {
  const counts: number[] = [];
  for (const text of texts) {
    let count = 0;
    for (const [index, piece] of pieces(text).entries()) {
      await othersFirst();
      count += (index === 0 ? tokenizer.encode(piece) : tokenizer.encodeInside(piece)).length;
    }
    counts.push(count);
  }
  return counts;
}

/** `text` in parts that end with a line's end where one is near, and never within a character. */
function pieces(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  while (text.length - start > PIECE_CHARACTERS) {
    const lineEnd = text.lastIndexOf('\n', start + PIECE_CHARACTERS - 1) + 1;
    const part = sliceWhole(text, start, lineEnd > start ? lineEnd : start + PIECE_CHARACTERS);
    parts.push(part);
    start += part.length;
  }
  return start < text.length ? [...parts, text.slice(start)] : parts;
}

/**
 * Tokens that a chat format puts around a message, at the most: the formats seen take four to seven. VS Code adds up the counts of messages
 * to know what fits.
 */
export const MESSAGE_TOKENS = 8;

/** Bytes of UTF-8 for each token: a little less than Llama's vocabulary needs for code, and about a Chinese character. */
const BYTES_A_TOKEN = 3;

/** How many tokens `text` probably has, where no model is loaded that would know: rather too many than too few. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_A_TOKEN);
}

/** Which system text a conversation begins with. */
export type SystemChoice = 'safe' | 'brief' | 'none' | 'own';

/**
 * Meta's published default (`DEFAULT_SYSTEM_PROMPT` in llama/generation.py, first release, July 2023), to the letter: Llama 2 chat was
 * context-distilled with this text, two spaces after "safe." included.
 */
export const SAFE_SYSTEM_TEXT = `You are a helpful, respectful and honest assistant. Always answer as helpfully as possible, while being safe.  Your answers should not include any harmful, unethical, racist, sexist, toxic, dangerous, or illegal content. Please ensure that your responses are socially unbiased and positive in nature.

If a question does not make any sense, or is not factually coherent, explain why instead of answering something not correct. If you don't know the answer to a question, please don't share false information.`;

/** Short, because it stands in every prompt and a lane is small. */
export const BRIEF_SYSTEM_TEXT =
  'You are a programming assistant inside a code editor. Answer briefly and precisely. Put code in Markdown code blocks with the language named. If you are not sure, say so.';

/** The system text for a choice; `own` is the user's, used for the choice of that name alone. Empty for none. */
export function resolveSystemText(choice: SystemChoice, own: string): string {
  switch (choice) {
    case 'safe':
      return SAFE_SYSTEM_TEXT;
    case 'brief':
      return BRIEF_SYSTEM_TEXT;
    case 'none':
      return '';
    case 'own':
      return own;
  }
}

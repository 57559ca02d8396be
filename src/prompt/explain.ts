/** Languages an answer can be asked for in: those Paddock's own texts exist in. */
export type AnswerLocale = 'en' | 'zh-cn';

export interface ExplainInput {
  /** VS Code language id of the selected code. */
  readonly language: string;
  readonly locale: AnswerLocale;
}

/**
 * The user's words for "explain the selection". They stand after the blocks, so what differs here costs no cached token. The
 * instruction stays English, which small Llama models follow best; only the answer's language changes.
 */
export function explainQuestion(input: ExplainInput): string {
  const what = input.language === '' || input.language === 'plaintext' ? 'the selected text' : `the selected ${input.language} code`;
  return [
    `Explain ${what}.`,
    'Say first in one sentence what it is for. Then go through its important parts in order, naming what is unusual or likely to be wrong.',
    answerLanguageLine(input.locale),
  ].join('\n');
}

/** The line that asks for an answer in a language. */
export function answerLanguageLine(locale: AnswerLocale): string {
  return locale === 'zh-cn' ? 'Answer in Simplified Chinese (请用简体中文回答).' : 'Answer in English.';
}

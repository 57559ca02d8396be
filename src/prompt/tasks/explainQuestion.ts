/** Languages an answer can be asked for in: those Paddock's own texts exist in. */
export type AnswerLocale = 'en' | 'zh-cn';

export interface ExplainInput {
  /** VS Code language id of the selected code. */
  readonly language: string;
  readonly locale: AnswerLocale;
  /** What the user wrote beside the command; empty or absent for nothing. */
  readonly words?: string;
}

/**
 * The user's words for "explain the selection". They stand after the blocks, so what differs here costs no cached token. The
 * instruction stays English, which small Llama models follow best; only the answer's language changes.
 */
export function explainQuestion(input: ExplainInput): string {
  return instructionLines([
    `Explain ${selectedCode(input.language)}.`,
    'Say first in one sentence what it is for. Then go through its important parts in order, naming what is unusual or likely to be wrong.',
    wordsLine(input.words),
    answerLanguageLine(input.locale),
  ]);
}

/** The line that asks for an answer in a language. */
export function answerLanguageLine(locale: AnswerLocale): string {
  return locale === 'zh-cn' ? 'Answer in Simplified Chinese (请用简体中文回答).' : 'Answer in English.';
}

/** What the selection is called in an instruction. */
export function selectedCode(language: string): string {
  return language === '' || language === 'plaintext' ? 'the selected text' : `the selected ${language} code`;
}

/** The line that passes on what the user wrote beside a command. */
export function wordsLine(words = ''): string {
  return words.trim() === '' ? '' : `The user adds: ${words.trim()}`;
}

/** An instruction from its lines; empty ones are left out. */
export function instructionLines(lines: readonly string[]): string {
  return lines.filter((line) => line !== '').join('\n');
}

import { instructionLines } from './explainQuestion';

export interface EditInput {
  /** What the user wants, in the user's words. */
  readonly instruction: string;
  /** VS Code language id. */
  readonly language: string;
  /** Where there is nothing yet: the 1-based line that new lines are to stand on. `undefined` where selected lines are to be rewritten. */
  readonly insertAt: number | undefined;
}

/** The user's words for an edit in place, behind the file and the selection. The answer's language does not matter: it is code. */
export function editQuestion({ instruction, language, insertAt }: EditInput): string {
  const code = language === '' || language === 'plaintext' ? 'text' : `${language} code`;
  return instructionLines(
    insertAt === undefined
      ? [
          `Rewrite the selected lines: ${instruction.trim()}`,
          'Keep what need not change. Answer with the new selected lines alone, in one code block, with no words around it.',
        ]
      : [
          `Write the ${code} that is to stand on line ${insertAt} of the file: ${instruction.trim()}`,
          'Answer with the new lines alone, in one code block, with no words around it.',
        ],
  );
}

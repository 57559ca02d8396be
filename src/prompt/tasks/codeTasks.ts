import type { ReportedProblem } from '../../contract/context';
import { toOneLine } from '../../util/text/lines';
import { sliceFromStart } from '../../util/text/wholeCharacters';
import { answerLanguageLine, explainQuestion, instructionLines, selectedCode, wordsLine, type AnswerLocale } from './explainQuestion';

/** What can be asked about a selection. */
export const codeTasks = ['explain', 'fix', 'tests', 'doc', 'refactor'] as const;

export type CodeTask = (typeof codeTasks)[number];

export interface TaskInput {
  /** VS Code language id of the selected code. */
  readonly language: string;
  /** Of the answer's prose; the code's own is the file's. */
  readonly locale: AnswerLocale;
  /** What the user wrote beside the command; empty or absent for nothing. */
  readonly words?: string;
  /** What is reported in the selection, for `fix`; the most important first. */
  readonly problems?: readonly ReportedProblem[];
}

/** Problems a prompt names, and characters of each: one broken line may report a page. */
const MOST_PROBLEMS = 8;
const MOST_PROBLEM_CHARACTERS = 300;

/**
 * The user's words for a task. They stand behind the file and the selection, so that all tasks about a file share its tokens; they are
 * short, as small models lose long ones, and English, as {@link explainQuestion} says.
 */
export function taskQuestion(task: CodeTask, input: TaskInput): string {
  if (task === 'explain') return explainQuestion(input);
  return instructionLines([...instructions[task](input), wordsLine(input.words), answerLanguageLine(input.locale)]);
}

const instructions: Readonly<Record<Exclude<CodeTask, 'explain'>, (input: TaskInput) => readonly string[]>> = {
  fix: ({ language, problems = [] }) => [
    `Fix ${selectedCode(language)}.`,
    ...problemLines(problems),
    'Say in one sentence what is wrong. Then give the selected lines, corrected, in one code block. Change nothing else.',
  ],
  tests: ({ language }) => [
    `Write unit tests for ${selectedCode(language)}.`,
    `Use the test framework that the file uses, or the usual one for its language. Test the normal case, the limits, and what must fail.`,
    'Give all tests in one code block that runs as it is.',
  ],
  doc: ({ language }) => [
    `Write the documentation comment for ${selectedCode(language)}.`,
    'Say what it does, its parameters, its result and its errors, in the style of its language. Give the selected lines with the comment in one code block. Change no code.',
  ],
  refactor: ({ language }) => [
    `Refactor ${selectedCode(language)} so that it is easier to read.`,
    'Keep what it does and the names that other code uses. Give the selected lines, rewritten, in one code block. Then say in short what changed.',
  ],
};

function problemLines(problems: readonly ReportedProblem[]): readonly string[] {
  if (problems.length === 0) return [];
  return ['These problems are reported:', ...problems.slice(0, MOST_PROBLEMS).map((problem) => `- line ${problem.line}: ${said(problem)}`)];
}

/** On one line: a message is a tool's text, often with code of the workspace in it, and must not begin lines of its own. */
function said({ message }: ReportedProblem): string {
  const line = toOneLine(message).trim();
  return line.length <= MOST_PROBLEM_CHARACTERS ? line : `${sliceFromStart(line, MOST_PROBLEM_CHARACTERS - 1)}…`;
}

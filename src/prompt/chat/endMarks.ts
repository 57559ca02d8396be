import { BASE_STOP_STRINGS } from './baseLayout';
import { ChatTemplateError, skeletonsFor, type TemplateFormat } from '../template/templateSkeleton';
import type { ChatFormat } from '../promptTypes';

/** Marks longer than this are no marks but a text that the template repeats in each turn. */
const MAX_MARK = 100;

const LLAMA2_MARKS: readonly string[] = ['</s>', '[INST]', '<<SYS>>'];

/** A tag as templates write them: `<|im_end|>`, `</s>`, `[INST]`. */
const tag = /^(?:<[^<>\s][^<>\n]{0,60}>|\[[A-Z_/ ]{2,40}\])/u;

/**
 * Texts at which an answer in this format ends although the model wrote them as plain text: what stands behind an answer and before the next
 * user message, and the texts of the tokens that end one.
 * @throws {ChatTemplateError} when the template could not be rendered this time, so that nobody keeps the fewer marks
 */
export async function endMarksFor(format: ChatFormat, endTexts: readonly string[]): Promise<readonly string[]> {
  const marks = await formatMarks(format);
  return [...new Set([...marks, ...endTexts.filter((text) => tag.exec(text)?.[0] === text)])];
}

async function formatMarks(format: ChatFormat): Promise<readonly string[]> {
  if (format.kind === 'llama2') return LLAMA2_MARKS;
  return format.kind === 'base' ? BASE_STOP_STRINGS : templateMarks(format);
}

async function templateMarks(format: TemplateFormat): Promise<readonly string[]> {
  const eos = tag.exec(format.eosText)?.[0] === format.eosText ? [format.eosText] : [];
  try {
    const { turns, opening } = await skeletonsFor(format).get(false, 1);
    const [turn] = turns;
    return turn ? [...readMarks({ ...turn, opening }), ...eos] : eos;
  } catch (error) {
    if (error instanceof ChatTemplateError && !error.isTransient) return eos;
    throw error;
  }
}

/** Texts of a template around one finished answer, and what makes the model answer. */
interface AnswerFrame {
  readonly afterUser: string;
  readonly afterAnswer: string;
  readonly opening: string;
}

function readMarks(frame: AnswerFrame): readonly string[] {
  const text = frame.afterAnswer.trim();
  const end = tag.exec(text)?.[0];
  if (end === undefined) return [plainMark(text, /^\s*\n/.test(frame.afterAnswer))].filter(isMark);
  const rest = text.slice(end.length).trim();
  if (!isSegmented(frame)) return [end, ...userMark(rest)].filter(isMark);
  return [text, ...(tag.test(rest) ? userMark(rest) : [])].filter(isMark);
}

/**
 * True if the model writes several segments, such as a thought and an answer, each with a header and an end of its own: the header of a finished
 * answer then has tags that the opening leaves to the model. There the end of a segment does not end the answer, as in gpt-oss.
 */
function isSegmented({ afterUser, opening }: AnswerFrame): boolean {
  let common = 0;
  while (common < opening.length && opening.charAt(common) === afterUser.charAt(common)) common++;
  return /<[^<>\s][^<>\n]{0,60}>/.test(afterUser.slice(common));
}

/** The start of a user message: a tag with the name behind it, or a plain name at the start of a line. */
function userMark(start: string): readonly string[] {
  if (start === '') return [];
  const first = tag.exec(start)?.[0];
  if (first === undefined) return [plainMark(start, true)];
  const name = /^[\p{L}\p{N}_]*/u.exec(start.slice(first.length))?.[0] ?? '';
  // A placeholder such as <user> stands in many a text.
  return [/^<\w+>$/.test(first) && name === '' ? `\n${first}` : first + name];
}

/** A mark without a tag, such as `User:`. It counts where a line starts, unless its characters are in no other text. */
function plainMark(text: string, isLine: boolean): string {
  const line = text.split('\n', 1)[0]?.trim() ?? '';
  if (/[<>[\]{}|]/.test(line)) return line;
  return isLine ? `\n${line}` : '';
}

function isMark(mark: string): boolean {
  return mark.trim().length > 1 && mark.length <= MAX_MARK;
}

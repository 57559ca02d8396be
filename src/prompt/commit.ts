import { firstGraphemes, sliceFromStart } from '../base/wholeCharacters';
import { instructionLines, wordsLine, type AnswerLocale } from './explain';
import type { FileBlock } from './types';

/** Most characters of a commit message's first line; git's own tools cut longer ones. */
export const SUBJECT_LENGTH = 72;

/** Most tokens of a commit message. */
export const COMMIT_MAX_TOKENS = 256;

/** The changes as the block a prompt begins with: fenced as a file is, and in the worker cut to tokens as one. */
export function commitBlock(diff: string): FileBlock {
  return { path: 'changes.diff', language: 'diff', text: diff };
}

/** The user's words for "write a commit message", behind the changes. */
export function commitQuestion({ locale, words }: { readonly locale: AnswerLocale; readonly words?: string }): string {
  return instructionLines([
    'Write the git commit message for these changes.',
    `The first line says what changes, in the imperative, in at most ${SUBJECT_LENGTH} characters. Only if the reason is not plain from it, add an empty line and one or two sentences that give it.`,
    wordsLine(words),
    locale === 'zh-cn' ? 'Write it in Simplified Chinese (请用简体中文书写).' : 'Write it in English.',
    'Answer with the message alone.',
  ]);
}

/**
 * The commit message in a model's answer: without fences, quotes, a heading or a line that only announces it; one subject of at most
 * {@link SUBJECT_LENGTH} characters without a full stop, and behind an empty line the body, if any. What does not fit the subject moves
 * into the body. Empty where the answer holds none.
 */
export function cleanCommitMessage(answer: string): string {
  const lines = unwrapped(answer)
    .split('\n')
    .map((line) => line.trimEnd());
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first < 0) return '';
  const { subject, rest } = shortened(subjectOf(lines[first] ?? ''));
  const body = [rest, lines.slice(first + 1).join('\n')]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return body === '' ? subject : `${subject}\n\n${body}`;
}

const ANNOUNCEMENT =
  /^(?:sure|certainly|of course|okay|ok|here(?: is|['’]s| are)|this is|the (?:git )?commit message|(?:git )?commit message|当然|好的|以下|这是|提交信息|提交消息).*[:：!！]$/i;

/** The message itself, out of whatever a model puts around it. */
function unwrapped(answer: string): string {
  let text = answer.replace(/\r\n?/g, '\n').trim();
  const [firstLine = '', ...others] = text.split('\n');
  if (others.length > 0 && ANNOUNCEMENT.test(firstLine.trim())) text = others.join('\n').trim();
  text = withoutFences(text);
  const [, quoted] = /^["“'`]([^]*)["”'`]$/.exec(text) ?? [];
  return (quoted ?? text).trim();
}

/** What stands in a text's fenced block, where it begins with one; whatever follows the block is talk about it. */
function withoutFences(text: string): string {
  const [first = '', ...rest] = text.split('\n');
  if (!FENCE.test(first)) return text;
  const close = rest.findIndex((line) => FENCE.test(line));
  return (close < 0 ? rest : rest.slice(0, close)).join('\n').trim();
}

const FENCE = /^\s*(?:`{3,}|~{3,})/;

/** One line without what models write around a subject. */
function subjectOf(line: string): string {
  return line
    .trim()
    .replace(/^#{1,6}\s+/, '')
    .replace(/^[-*]\s+/, '')
    .replace(/^(?:(?:git )?commit message|subject|title|提交信息|提交消息|标题)\s*[:：]\s*/i, '')
    .replace(/^\*\*([^]*)\*\*$/, '$1')
    .replace(/^["“'`]([^]*)["”'`]$/, '$1')
    .replace(/(?<![.。])[.。]$/, '')
    .trim();
}

/** A subject that fits, cut between words, and what is left of it. */
function shortened(line: string): { readonly subject: string; readonly rest: string } {
  const letters = firstGraphemes(line, SUBJECT_LENGTH + 1);
  if (letters.length <= SUBJECT_LENGTH) return { subject: line, rest: '' };
  const head = letters.slice(0, SUBJECT_LENGTH).join('');
  const space = letters[SUBJECT_LENGTH] === ' ' ? head.length : head.lastIndexOf(' ');
  // Chinese has no spaces to cut at, and one early in the line leaves no subject.
  const end = space > head.length / 2 ? space : head.length;
  const subject = sliceFromStart(line, end);
  return { subject: subject.trim(), rest: `…${line.slice(subject.length).trim()}` };
}

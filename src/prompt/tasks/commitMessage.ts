import type { FileBlock } from '../../contract/context';
import { removeHiddenCharacters } from '../../util/text/hiddenCharacters';
import { withoutThoughts } from '../../util/text/thoughts';
import { firstGraphemes, sliceFromStart } from '../../util/text/wholeCharacters';
import { instructionLines, wordsLine, type AnswerLocale } from './explainQuestion';

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
 * The commit message in a model's answer: without thoughts, fences, quotes, headings and lines that only announce or explain it, and without
 * characters that are not seen; one subject of at most {@link SUBJECT_LENGTH} characters without a full stop, and behind an empty line the
 * body, if any. What does not fit the subject moves into the body. Empty where the answer holds none.
 */
export function cleanCommitMessage(answer: string): string {
  const lines = unwrapped(plainText(withoutThoughts(answer)))
    .split('\n')
    .map((line) => line.trimEnd());
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first < 0) return '';
  const { subject, rest } = shortened(subjectIn(lines[first] ?? ''));
  // A heading may be underlined.
  const isUnderlined = /^[=-]{3,}$/.test(lines[first + 1] ?? '');
  const body = [rest, ...lines.slice(first + (isUnderlined ? 2 : 1))]
    .join('\n')
    .replace(/^\s*(?:\*\*)?(?:body|description|details|正文|描述|详情|说明)\s*[:：](?:\*\*)?[ \t]*/i, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return body === '' ? subject : `${subject}\n\n${body}`;
}

/**
 * Removes the sequences that a terminal obeys when git prints the message, all of Cc except the line feed, and all of Cf except joiners within
 * emoji and words.
 */
function plainText(text: string): string {
  const lines = text.replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n').replace(/\t/g, ' ');
  return removeHiddenCharacters(lines.replace(TERMINAL_SEQUENCE, ''), 'code').replace(/\p{Cf}/gu, (character, at: number, all: string) =>
    /[\u200C\u200D]/.test(character) && at > 0 && at < all.length - 1 ? character : '',
  );
}

const [BELL, ESCAPE, CONTROL, STRING_END, COMMAND_STRING] = ['\u0007', '\u001b', '\u009b', '\u009c', '\u009d'];

/** A sequence that a terminal obeys: a control sequence, a string up to its end, or the choice of a character set. */
const TERMINAL_SEQUENCE = new RegExp(
  [
    String.raw`(?:${ESCAPE}\[|${CONTROL})[0-?]{0,32}[ -/]{0,8}[@-~]`,
    String.raw`(?:${ESCAPE}[\]PX^_]|${COMMAND_STRING})[^\n${ESCAPE}${BELL}${STRING_END}]{0,256}(?:${BELL}|${STRING_END}|${ESCAPE}\\)`,
    String.raw`${ESCAPE}[()#%][0-9A-Za-z]`,
  ].join('|'),
  'g',
);

/** The message itself, out of whatever a model puts around it. */
function unwrapped(answer: string): string {
  const introduced = withoutIntroduction(answer.split('\n'));
  const text = withoutExplanation(withoutFences(introduced)).join('\n').trim();
  const [, inTag] =
    /^<(?:git[-_ ]?)?(?:commit(?:[-_ ]?(?:message|msg))?|message|answer|output)>([^]*?)(?:<\/[\w -]{1,30}>\s*)?$/i.exec(text) ?? [];
  const bare = (inTag ?? text).trim();
  const [, quoted] = /^(?:["“'`「『«])([^]*)(?:["”'`」』»])$/.exec(bare) ?? [];
  const unquoted = (quoted ?? bare).trim();
  const isBlockQuote = unquoted.split('\n').every((line) => line.startsWith('>'));
  return isBlockQuote ? unquoted.replace(/^> ?/gm, '').trim() : unquoted;
}

/** Lines that may stand in front of the message. */
const MAX_INTRODUCTION = 6;

/** The lines from the first that neither announces the message nor is its heading. Some are left in any case. */
function withoutIntroduction(lines: readonly string[]): readonly string[] {
  let rest = lines;
  for (let count = 0; count < MAX_INTRODUCTION; count++) {
    const at = rest.findIndex((line) => line.trim() !== '');
    const following = rest.slice(at + 1);
    if (at < 0 || !introduces(rest[at] ?? '') || following.every((line) => line.trim() === '')) break;
    rest = following;
  }
  // An analysis may come first, and only then the message, unless the message itself was announced.
  const subject = rest.findIndex((line) => CONVENTIONAL_START.test(line));
  const isAnnounced = lines.slice(0, lines.length - rest.length).some((line) => /commit|message|提交/i.test(line));
  return rest === lines || isAnnounced || subject < 0 || rest.slice(0, subject).some((line) => FENCE.test(line))
    ? rest
    : rest.slice(subject);
}

const NAME = String.raw`(?:git\s+)?commit\s+(?:message|msg|log|title|subject|summary)s?|(?:git\s*)?(?:commit\s*)?提交(?:信息|消息|说明|日志|标题|记录|注释)|commit\s*(?:信息|消息|说明)`;
const ADJECTIVE = String.raw`the|an?|your|my|suggested|proposed|recommended|generated|possible|final|new|updated|revised|improved|concise|short|conventional|example`;

/** The name of what follows, and nothing else. */
const HEADING = new RegExp(
  String.raw`^(?:(?:(?:${ADJECTIVE})\s+)*(?:${NAME})(?:\s+(?:suggestion|option|draft|proposal)(?:\s+\d)?)?|commit\s*[:：]|(?:(?:建议|推荐|生成|最终|拟定|修改后|优化后|简洁)的?\s*)*(?:${NAME})(?:如下|建议|示例)?)\s*[:：]?$`,
  'i',
);
const CONSENT =
  /^(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|alright|got it|great|no problem|here you go|here it is|done|当然(?:可以)?|好的|好|没问题|可以|明白了?|收到)[\s,.!:，。！：]*$/i;
/** A line that begins like this and ends with a colon or an exclamation mark. */
const ANNOUNCEMENT =
  /^(?:sure|certainly|of course|absolutely|okay|ok|alright|great|here(?: is|['’]s| are)?|this is|below|(?:the )?following|based on|given|after|looking at|considering|according to|from the|for (?:the|these|this)|i (?:would|suggest|propose|recommend|have|will)|i['’](?:d|ve|ll)|you (?:can|could)|a (?:good|possible|suggested|suitable|concise)|the (?:git |suggested |final )*commit message|(?:git )?commit message|当然|好的|以下|下面|这是|这里|根据|基于|我|建议|推荐|针对|按照|经过|提交信息|提交消息).*[:：!！]$/i;
const NAMES_MESSAGE = /^(?:here(?: is|['’]s)|this is|below is|以下是|下面是|这是).*(?:commit|message|提交).*[.。]$/i;

function introduces(line: string): boolean {
  const text = withoutMarkup(line);
  if (/^[-*_=]{3,}$/.test(line.trim())) return true;
  return [HEADING, CONSENT, ANNOUNCEMENT, NAMES_MESSAGE].some((pattern) => pattern.test(text)) && !CONVENTIONAL.test(text);
}

/** A type, perhaps a scope, and words. */
const CONVENTIONAL = /^(?:build|chore|ci|docs|feat|feature|fix|perf|refactor|revert|style|test|wip)(?:\([^()]*\))?!?[:：]\s*\S/i;
const CONVENTIONAL_START = new RegExp(String.raw`^(?:\*\*|["'\x60])?${CONVENTIONAL.source.slice(1)}`);

function withoutMarkup(line: string): string {
  return line
    .trim()
    .replace(/^[=-]{3,}\s*|\s*[=-]{3,}$/g, '')
    .replace(/^(?:#{1,6}|>|[-*•])\s+/, '')
    .replace(/^(\*\*|__|[*_`"“「])(.*?)(?:\*\*|__|[*_`"”」])([:：]?)$/, '$2$3')
    .replace(/(?:\*\*|__)$/, '')
    .trim();
}

const FENCE = /^\s*(?:`{3,}|~{3,})/;

/**
 * Takes the lines of a fenced block, if the text begins with one or a line in front of the block announces it. Everything behind the block is
 * talk about it.
 */
function withoutFences(lines: readonly string[]): readonly string[] {
  const open = lines.findIndex((line) => FENCE.test(line));
  if (open < 0) return lines;
  // Some models put the message where the language belongs.
  const info = (lines[open] ?? '').replace(/^[\s`~]+|[\s`~]+$/g, '');
  if (CONVENTIONAL.test(info)) return [info, ...withoutFences(['```', ...lines.slice(open + 1)])];
  const before = lines.slice(0, open).filter((line) => line.trim() !== '');
  const announced = /[:：]\s*$/.test(withoutMarkup(before.at(-1) ?? '')) && !CONVENTIONAL.test(withoutMarkup(before[0] ?? ''));
  const rest = lines.slice(open + 1);
  const close = rest.findIndex((line) => FENCE.test(line));
  if (before.length === 0 || (announced && close >= 0)) return close < 0 ? rest : rest.slice(0, close);
  // An end without a beginning.
  return close < 0 && rest.every((line) => line.trim() === '') ? lines.slice(0, open) : lines;
}

/** Begins a paragraph that is about the message, and no part of it. */
const EXPLANATION =
  /^(?:(?:this|the|that|above) (?:\w+ )?(?:commit )?message\b|explanations?\b\s*[:：]?|reasoning\s*[:：]|rationale\s*[:：]|note\s*[:：].*(?:commit )?message|note that (?:the|this)\b.*message|let me know|feel free|i hope|hope (?:this|that)|is there anything|would you like|do you want|please (?:let me|note|review)|if you (?:need|want|would|have|prefer)|alternatively\b|alternative\b|another option|or\s*[:：]|option \d|why this|here(?:'s| is) (?:why|a breakdown|the reason)|(?:这|该|上述|以上)(?:个|条|份)?(?:提交|消息|信息|commit)|(?:解释|理由|备注|注意)\s*[:：]|说明\s*[:：]\s*(?:这|该|此|提交)|希望|如果(?:您|你|需要)|如有|如需|请(?:告诉|告知|根据|随时)|或者\s*[:：]|另一种)/i;

/** The lines up to the first paragraph that explains the message or offers another. */
function withoutExplanation(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line.trim() !== '');
  const end = lines.findIndex((line, at) => {
    if (at <= first || (lines[at - 1] ?? '').trim() !== '') return false;
    return /^\s*(?:-{3,}|={3,}|\*{3,}|_{3,})\s*$/.test(line) || EXPLANATION.test(withoutMarkup(line));
  });
  return end < 0 ? lines : lines.slice(0, end);
}

const LABEL = new RegExp(
  String.raw`^(?:\*\*|__)?(?:(?:(?:${ADJECTIVE})\s+)*(?:${NAME})|subject|title|commit|header|标题|主题|摘要)\s*(?:\*\*|__)?\s*[:：]\s*(?:\*\*|__)?\s*`,
  'i',
);
const ANNOUNCED =
  /^(?:(?:sure|certainly|of course|okay|ok|好的|当然)[!,.，！。]?\s*)?(?:here(?: is|['’]s)|this is|以下是|这是)[^:：]{0,80}(?:commit|message|提交)[^:：]{0,40}[:：]\s*(?=\S)/i;
const COMMAND = /^\$?\s*git commit\s+(?:-\w*m|--message)[= ]\s*(["'])(.*?)\1.*$/;

/** One line without what models write around a subject. */
function subjectIn(line: string): string {
  return line
    .trim()
    .replace(/^#{1,6}\s+/, '')
    .replace(/^[-*•]\s+/, '')
    .replace(ANNOUNCED, '')
    .replace(LABEL, '')
    .replace(COMMAND, '$2')
    .replace(/\*\*([^*]+)\*\*/g, '$1')
    .replace(/^__([^]*)__$/, '$1')
    .replace(/^["“'`「『«]([^]*)["”'`」』»]$/, '$1')
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

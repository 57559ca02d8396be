/**
 * Conversations as Markdown: pleasant to read, and read back exactly. Markers in HTML comments, which no renderer shows, say where a
 * question and an answer begin. A line of a text that looks like a marker gets a backslash, which is taken off again, so that nothing in
 * a text can be taken for one. A fence that a text leaves open is closed, for the rest of the document to be legible, and its marker says so.
 */
import * as v from 'valibot';
import { append, largest } from '../../../util/lists';
import { toOneLine } from '../../../util/text/lines';

export interface Exchange {
  /** As the user saw it. */
  readonly question: string;
  /** Names of what was attached; shown, and not read back. */
  readonly attachments: readonly string[];
  readonly answer: string;
  /** The answer was written to its end. */
  readonly finished: boolean;
}

export interface Document {
  readonly title: string;
  /** Both in milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly exchanges: readonly Exchange[];
}

/** What the reader sees beside the texts, in their language. */
export interface DocumentWords {
  readonly question: string;
  readonly answer: string;
  readonly attached: string;
}

const MARK = '<!-- paddock:';
/** A marker's beginning in a text, with as many backslashes as it has been escaped. */
const LOOKS_LIKE_MARK = /^<!-- paddock\\*:/u;
const ESCAPED_MARK = /^<!-- paddock\\+:/u;

const count = v.pipe(v.number(), v.minValue(0));
const head = v.object({ version: v.literal(1), title: v.string(), createdAt: count, updatedAt: count });
/** `closed`: the text's last line is a fence that is not its own. */
const section = v.object({
  attached: v.optional(v.boolean(), false),
  closed: v.optional(v.boolean(), false),
  finished: v.optional(v.boolean(), true),
});
type Section = Partial<v.InferOutput<typeof section>>;

export function toMarkdown({ title, createdAt, updatedAt, exchanges }: Document, words: DocumentWords): string {
  const lines = [mark('conversation', { version: 1, title, createdAt, updatedAt }), '', `# ${plain(title)}`, ''];
  for (const { question, attachments, answer, finished } of exchanges) {
    const names = attachments.length === 0 ? [] : [`${words.attached}: ${attachments.map(code).join(', ')}`, ''];
    append(lines, sectionLines('question', words.question, question, { ...(names.length === 0 ? {} : { attached: true }) }, names));
    append(lines, sectionLines('answer', words.answer, answer, { ...(finished ? {} : { finished }) }));
  }
  lines.push(mark('end'), '');
  return lines.join('\n');
}

/** What {@link toMarkdown} wrote, without the names of attachments. Throws for everything else. */
export function fromMarkdown(text: string): Document {
  const lines = readLines(text);
  const facts = v.parse(head, argumentOf(lines[0], 'conversation'));
  const marks = [...lines.keys()].filter((index) => lines[index]?.startsWith(MARK));
  const sections = marks.slice(1, -1).map((start, index) => {
    const kind = index % 2 === 0 ? 'question' : 'answer';
    return readSection(v.parse(section, argumentOf(lines[start], kind)), lines.slice(start + 1, marks[index + 2]));
  });
  argumentOf(lines[marks.at(-1) ?? 0], 'end');
  if (sections.length % 2 !== 0) throw new Error('a question has no answer');
  const exchanges: Exchange[] = [];
  for (let index = 0; index < sections.length; index += 2) {
    const [question, answer] = [sections[index], sections[index + 1]];
    if (question === undefined || answer === undefined) continue;
    exchanges.push({ question: question.text, attachments: [], answer: answer.text, finished: answer.finished });
  }
  const { title, createdAt, updatedAt } = facts;
  return { title, createdAt, updatedAt, exchanges };
}

function sectionLines(
  kind: 'question' | 'answer',
  heading: string,
  text: string,
  facts: Section,
  before: readonly string[] = [],
): string[] {
  const fence = openFence(text);
  const content = text.split('\n').map((line) => (LOOKS_LIKE_MARK.test(line) ? line.replace(':', String.raw`\:`) : line));
  const closing = fence === undefined ? [] : [fence];
  return [
    mark(kind, { ...facts, ...(fence === undefined ? {} : { closed: true }) }),
    '',
    `## ${heading}`,
    '',
    ...before,
    ...content,
    ...closing,
    '',
  ];
}

/** The inverse of {@link sectionLines}, of the lines after the marker. */
function readSection(
  { attached, closed, finished }: v.InferOutput<typeof section>,
  lines: readonly string[],
): { text: string; finished: boolean } {
  const start = attached ? 5 : 3;
  const content = lines.slice(start, closed ? -2 : -1);
  return { text: content.map((line) => (ESCAPED_MARK.test(line) ? line.replace(String.raw`\:`, ':') : line)).join('\n'), finished };
}

/** Angle brackets are escaped, so that nothing in a title ends the comment. */
function mark(kind: string, facts: object = {}): string {
  const json = Object.keys(facts).length === 0 ? '' : ` ${JSON.stringify(facts)}`;
  return `${MARK}${kind}${json.replaceAll('<', String.raw`\u003c`).replaceAll('>', String.raw`\u003e`)} -->`;
}

function argumentOf(line: string | undefined, kind: string): unknown {
  const match = /^<!-- paddock:([a-z]+)(?: (\{[^]*\}))? -->\s*$/u.exec(line ?? '');
  if (match?.[1] !== kind) throw new Error(`no ${kind} where one should be`);
  return match[2] === undefined ? {} : JSON.parse(match[2]);
}

/** An editor may have put a mark of its own before the text, and Windows' ends on every line. */
function readLines(text: string): readonly string[] {
  const own = text.replace(/^\uFEFF/u, '');
  return (/^[^\n]*\r\n/u.test(own) ? own.replaceAll('\r\n', '\n') : own).split('\n');
}

/** The line that closes the fence `text` leaves open, after the rules of CommonMark; `undefined` where none is. */
export function openFence(text: string): string | undefined {
  let open: string | undefined;
  for (const line of text.split('\n')) {
    const [, fence = '', info = ''] = /^ {0,3}(`{3,}|~{3,})([^]*)$/u.exec(line) ?? [];
    if (fence === '') continue;
    if (open === undefined) open = fence.startsWith('`') && info.includes('`') ? undefined : fence;
    else if (fence.startsWith(open) && info.trim() === '') open = undefined;
  }
  return open;
}

/** Shown letter by letter, whatever Markdown it looks like. */
function plain(text: string): string {
  return toOneLine(text).replace(/[\\`*_[\]<>#~&]/gu, String.raw`\$&`);
}

/** As code, also where it has backticks of its own. */
function code(text: string): string {
  const runs = Array.from(text.matchAll(/`+/gu), ([run]) => run.length);
  const fence = '`'.repeat(largest(runs, 0) + 1);
  const space = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return `${fence}${space}${toOneLine(text)}${space}${fence}`;
}

/**
 * Finds the thoughts in an answer: a model that reasons writes them before its answer, or between parts of it. The markers are those of
 * llama.cpp's templates and parsers, and those of some models that llama.cpp has no template for.
 */

/** A part of an answer. The markers around a thought or an answer count as thought: they are nothing that the model answers. */
export interface AnswerPart {
  readonly kind: 'thought' | 'answer';
  /** Offsets into the text; parts follow each other without a gap. */
  readonly start: number;
  readonly end: number;
}

export interface SplitAnswer {
  /** Every thought, without the markers. */
  readonly thought: string;
  readonly answer: string;
  /** The text ends within a thought. */
  readonly isThinking: boolean;
}

/** Splits an answer into what the model thought and what it answers. */
export function splitThoughts(text: string): SplitAnswer {
  const reader = new ThoughtReader();
  const parts = reader.read(text);
  const join = (kind: AnswerPart['kind']): string =>
    parts.flatMap((part) => (part.kind === kind ? [text.slice(part.start, part.end)] : [])).join('');
  const thought = join('thought')
    .replace(ANY_MARKER, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  // The empty lines that a template puts behind a thought belong to it.
  const answer = parts[0]?.kind === 'thought' ? join('answer').replace(/^(?:[ \t]*\r?\n)+/, '') : join('answer');
  return { thought, answer, isThinking: reader.isThinking };
}

/** The answer alone: what may go into a file, an edit or a commit message. */
export function withoutThoughts(text: string): string {
  return splitThoughts(text).answer;
}

const TAGS = 'think|thinking|seed:think|mm:think';
/** Taken for thoughts only where the answer begins with them, as these words are used otherwise too. */
const TAGS_AT_START = 'thought|thoughts|reasoning|reflection|antthinking|inner_monologue';

const HEADER = String.raw`(?:<\|(?:start|begin)\|>\s*assistant)?(?:\s?to=[\w.]{1,40})?\s?(?:<\|channel\|>\s?(?<channel>[a-z]{1,20})[^<\n]{0,60}(?:<\|constrain\|>[^<\n]{0,40})?)?<\|message\|>`;
const MUSE_HEADER = String.raw`(?:<\|start\|>assistant)?\s?to=(?<recipient>self|user)<\|message\|>`;

/** Everything that a thought may begin or end with, and what stands around answers. One at a time, from left to right. */
const MARKERS = new RegExp(
  [
    String.raw`(?<open><(?:${TAGS}|${TAGS_AT_START})>|\[THINK\]|<\|START_THINKING\|>|<\|(?:begin_of_thought|inner_prefix)\|>|<\|open\|>think<\|sep\|>|◁think▷|<\|channel>thought\b|(?:<\|begin\|>assistant)?<\|think\|>)`,
    String.raw`(?<close></(?:${TAGS})>|\[/THINK\]|<\|END_THINKING\|>|<\|(?:end_of_thought|inner_suffix)\|>|<\|close\|>think<\|sep\|>|◁/think▷|<channel\|>|assistantfinal)`,
    MUSE_HEADER,
    HEADER,
    String.raw`(?<frame><\|(?:START|END)_(?:TEXT|RESPONSE)\|>|<\|(?:open|close)\|>response<\|sep\|>|<\|(?:begin|end)_of_solution\|>|(?:<\|begin\|>assistant)?<\|content\|>|<\|(?:end|return|eom|eot|call)\|>|</?(?:response|answer)>)`,
  ].join('|'),
  'gi',
);

const ANY_MARKER = new RegExp(`(?:${MARKERS.source.replace(/\(\?<\w+>/g, '(?:')})`, 'gi');

/** The closing markers of a thought that begins with `open`. */
function closingFor(open: string): RegExp {
  const marker = open.toLowerCase();
  if (/^<think(?:ing)?>$/.test(marker)) return /<\/think(?:ing)?>/gi;
  if (marker.startsWith('<|channel>')) return /<channel\|>/g;
  if (marker.endsWith('<|think|>')) return /<\|end\|>|<\/think>|<\|\/think\|>/g;
  const closings: Readonly<Record<string, RegExp>> = {
    '[think]': /\[\/THINK\]/gi,
    '<|start_thinking|>': /<\|END_THINKING\|>/g,
    '<|begin_of_thought|>': /<\|end_of_thought\|>/g,
    '<|inner_prefix|>': /<\|inner_suffix\|>/g,
    '<|open|>think<|sep|>': /<\|close\|>think<\|sep\|>/g,
    '◁think▷': /◁\/think▷/g,
  };
  return closings[marker] ?? new RegExp(marker.replace('<', '</'), 'gi');
}

/** A message of a channel ends with its own mark or where the next message begins. */
const CHANNEL_END = /<\|(?:end|call|return|eom)\|>|(?=<\|start\|>|<\|channel\|>)/g;

interface State {
  readonly parts: readonly AnswerPart[];
  /** Offset at which the part that is being read begins. */
  readonly from: number;
  /** Ends the thought that is being read. */
  readonly closing?: RegExp;
  /** Markup of the open code fence. */
  readonly fence?: string;
  /** The beginning of the first line that is not empty. */
  readonly first?: string;
}

const initial: State = { parts: [], from: 0 };

/** Reads an answer that grows. A line that is complete is read once. */
export class ThoughtReader {
  private text = '';
  /** After the last complete line. */
  private state = initial;
  private offset = 0;
  /** At the end of the text. */
  private last = initial;

  /** The parts of `text`, which mostly begins with the text of the last call. */
  read(text: string): readonly AnswerPart[] {
    this.last = this.stateAt(text);
    return withPart(this.last, this.isThinking ? 'thought' : 'answer', text.length).parts;
  }

  /** True where the text of the last call ends within a thought. */
  get isThinking(): boolean {
    return this.last.closing !== undefined;
  }

  private stateAt(text: string): State {
    if (!text.startsWith(this.text)) {
      this.state = initial;
      this.offset = 0;
    }
    this.text = text;
    for (let end = text.indexOf('\n', this.offset); end >= 0; end = text.indexOf('\n', this.offset)) {
      this.state = readLine(this.state, text.slice(this.offset, end), this.offset);
      this.offset = end + 1;
    }
    return this.offset < text.length ? readLine(this.state, text.slice(this.offset), this.offset) : this.state;
  }
}

/** @param offset where `line` begins in the text */
function readLine(before: State, line: string, offset: number): State {
  let state = before.first === undefined && line.trim() !== '' ? { ...before, first: line.trimStart().slice(0, MAX_FIRST) } : before;
  let at = 0;
  for (;;) {
    if (state.parts.length >= MAX_PARTS) return { ...state, closing: NEVER };
    if (state.closing !== undefined) {
      const closed = findClosing(state.closing, line, at);
      if (closed === undefined) return state;
      state = withPart(state, 'thought', offset + closed);
      at = closed;
    }
    // A fence may stand right behind a marker.
    const fence = fenceAfter(state.fence, at === 0 ? line : line.slice(at));
    if (fence !== undefined || state.fence !== undefined) return withFence(state, fence);
    const marker = MAY_HAVE_MARKER.test(line) ? nextMarker(state, line, at, offset) : undefined;
    if (marker === undefined) return state;
    state = marker.state;
    at = marker.at;
  }
}

/** Parts of an answer that are told apart. What follows so many counts as thought: no model writes as many. */
const MAX_PARTS = 1000;
const NEVER = /(?!)/g;

/** Letters of the first line that are kept: more than its longest marker has. */
const MAX_FIRST = 60;

const MAY_HAVE_MARKER = /[<[◁]|assistantfinal/;

/** The fence that is open behind `line`. Nearly CommonMark's rule, for any indentation and any list or quote. */
function fenceAfter(open: string | undefined, line: string): string | undefined {
  const [, markup = '', info = ''] = /^[\s>]{0,40}(?:(?:[-*+]|\d{1,9}[.)])\s{1,4}){0,4}(`{3,}|~{3,})([^]*)$/.exec(line) ?? [];
  if (open === undefined) return markup === '' || (markup.startsWith('`') && info.includes('`')) ? undefined : markup;
  return markup.startsWith(open) && info.trim() === '' ? undefined : open;
}

function withFence({ parts, from, first }: State, fence: string | undefined): State {
  return { parts, from, ...(first === undefined ? {} : { first }), ...(fence === undefined ? {} : { fence }) };
}

/** Offset behind the closing marker in `line`. A marker in quotes does not count: the text talks about it. */
function findClosing(closing: RegExp, line: string, at: number): number | undefined {
  for (const { 0: marker, index } of matchesFrom(closing, line, at))
    if (!isQuoted(line, index, index + marker.length)) return index + marker.length;
  return undefined;
}

function* matchesFrom(pattern: RegExp, line: string, at: number): Generator<RegExpExecArray> {
  pattern.lastIndex = at;
  for (;;) {
    const match = pattern.exec(line);
    if (match === null) return;
    const { lastIndex } = pattern;
    yield match;
    pattern.lastIndex = Math.max(lastIndex, match.index + 1);
  }
}

function isQuoted(line: string, start: number, end: number): boolean {
  const before = line[start - 1] ?? '';
  return before !== '' && '`"\'“‘「'.includes(before) && /^[`"'”’」]/.test(line.slice(end, end + 1));
}

/** The next marker from `at` that counts where it stands, and what is read behind it. */
function nextMarker(state: State, line: string, at: number, offset: number): { readonly state: State; readonly at: number } | undefined {
  let counted = at;
  let backticks = 0;
  for (const match of matchesFrom(MARKERS, line, at)) {
    const { 0: marker, index, groups = {} } = match;
    for (; counted < index; counted++) if (line[counted] === '`') backticks++;
    if (backticks % 2 === 1 || isQuoted(line, index, index + marker.length)) continue;
    const place: Place = {
      before: line.slice(at, index),
      after: line.slice(index + marker.length),
      start: offset + index,
      end: offset + index + marker.length,
    };
    const next = stateBehind(state, marker, groups, place);
    if (next !== undefined) return { state: next, at: index + marker.length };
  }
  return undefined;
}

interface Place {
  /** Text of the line in front of the marker, back to the last one, and behind it. */
  readonly before: string;
  readonly after: string;
  readonly start: number;
  readonly end: number;
}

function stateBehind(state: State, marker: string, groups: Readonly<Record<string, string | undefined>>, place: Place): State | undefined {
  const { open, close, frame, channel, recipient } = groups;
  const isNew = state.from === 0;
  // Empty lines in front of the first marker are no answer.
  const answered = isNew && state.first?.startsWith(marker) === true ? state : withPart(state, 'answer', place.start);
  const framed = (): State => withPart(answered, 'thought', place.end);
  if (open !== undefined) {
    const begins = place.before.trim() === '' && (!AT_START.test(open) || answered === state);
    return begins ? { ...answered, closing: closingFor(open) } : undefined;
  }
  if (channel !== undefined) {
    if (channel.toLowerCase() !== 'final') return { ...answered, closing: CHANNEL_END };
    // The template began a thought, which ends at the first header.
    return isNew ? withPart(state, 'thought', place.end) : framed();
  }
  if (recipient !== undefined) return recipient === 'self' ? { ...answered, closing: CHANNEL_END } : framed();
  if (close !== undefined) {
    if (isNew) return endsThought(state, marker, place) ? withPart(state, 'thought', place.end) : undefined;
    return isStray(state, place) ? framed() : undefined;
  }
  if (frame !== undefined) return state.parts.some(({ kind }) => kind === 'thought') ? framed() : undefined;
  // A header without a channel or a recipient. The template may have begun it.
  if (!isNew) return framed();
  return /^\s*(?:analysis|commentary)$/.test(place.before) && state.first?.startsWith(place.before.trim()) === true
    ? { ...state, closing: CHANNEL_END }
    : undefined;
}

const AT_START = new RegExp(`^<(?:${TAGS_AT_START})>$`, 'i');

/**
 * Tells a closing marker that ends a thought from one in a sentence about markers, which has a space before it and words behind it. The
 * template began the thought, so everything before the marker belongs to it.
 */
function endsThought({ first = '' }: State, marker: string, { before, after }: Place): boolean {
  // A server that leaves out gpt-oss's control tokens leaves the names of its channels.
  if (marker === 'assistantfinal') return first.startsWith('analysis');
  const isSpaced = before.trimEnd() !== before && before.trim() !== '';
  return !isSpaced || after.trim() === '';
}

/** Recognises a second closing marker behind a thought. It is no part of the answer. */
function isStray({ parts }: State, { before, after }: Place): boolean {
  return before.trim() === '' && after.trim() === '' && parts.at(-1)?.kind === 'thought';
}

/** Ends a part at `end`. Parts of the same kind are one. */
function withPart({ parts, from, first }: State, kind: AnswerPart['kind'], end: number): State {
  const rest = first === undefined ? {} : { first };
  if (end <= from) return { parts, from, ...rest };
  const last = parts.at(-1);
  if (last?.kind !== kind) return { parts: [...parts, { kind, start: from, end }], from: end, ...rest };
  return { parts: [...parts.slice(0, -1), { ...last, end }], from: end, ...rest };
}

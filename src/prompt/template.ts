import { RecentMap } from '../base/recent';
import { BoundedTemplate, TemplateLimitError } from './boundedTemplate';
import { append, encodeRuns, liveIds, type ChatLayout, type Conversation, type ConversationTurn, type Run } from './layout';
import { strip } from './strip';
import { splitControl } from './templateText';
import type { ChatFormat, PromptTokenizer } from './types';

type TemplateFormat = Extract<ChatFormat, { kind: 'template' }>;

/** The chat template inside the model file cannot be used: it does not parse, refuses a plain conversation, or loses a message. */
export class ChatTemplateError extends Error {
  override readonly name = 'ChatTemplateError';
  constructor(readonly detail: string) {
    super(`chat template: ${detail}`);
  }
}

interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A rendered template around the contents of a conversation; texts are the template's own. */
interface Skeleton {
  /** In front of the first content. */
  readonly head: string;
  /** Between system text and first user content; undefined when the system text is folded into the latter. */
  readonly afterSystem: string | undefined;
  /** Behind each turn's user content, and behind its answer. */
  readonly turns: readonly { readonly afterUser: string; readonly afterAnswer: string }[];
  /** Behind the last user content: what makes the model answer. */
  readonly opening: string;
}

/** Meta's templates fall back to this date. Today's would make the prompt, and every lane's KV, another one after midnight. */
const TEMPLATE_DATE = '26 Jul 2024';

/** Tokens by which a piece may exceed its own count when it stands between others. */
const SEAM_TOKENS = 2;

/**
 * Any family, by the Jinja chat template of its GGUF. The template sees a placeholder for each content and the contents are put in as
 * tokens, so nothing a user or a model wrote is read as a control token or as template code. In front of a live answer stands what
 * stood there when it was generated, whatever the template makes of a finished answer.
 *
 * @throws {ChatTemplateError}
 */
export function templateLayout(conversation: Conversation, format: TemplateFormat, tokenizer: PromptTokenizer): ChatLayout {
  const render = compile(format);
  const all = skeletonOf(conversation.system !== '', conversation.turns.length, render);
  return {
    sizes: {
      fixed:
        SEAM_TOKENS +
        tokenizer.encodeTemplate(all.head + (all.afterSystem ?? '\n\n')).length +
        tokenizer.encode(conversation.system).length,
      turns: conversation.turns.map((turn, index) => turnSize(turn, all, index, tokenizer)),
      last: tokenizer.encode(strip(conversation.last)).length + tokenizer.encodeTemplate(all.opening).length + SEAM_TOKENS,
    },
    tokens(start) {
      const kept = { ...conversation, turns: conversation.turns.slice(start) };
      const skeleton = start === 0 ? all : skeletonOf(kept.system !== '', kept.turns.length, render);
      const tokens = encodeRuns(runsOf(kept, skeleton, tokenizer), tokenizer);
      if (tokenizer.bos === undefined || tokens[0] === tokenizer.bos) return tokens;
      const withBos = [tokenizer.bos];
      append(withBos, tokens);
      return withBos;
    },
  };
}

function turnSize(turn: ConversationTurn, skeleton: Skeleton, index: number, tokenizer: PromptTokenizer): number {
  const around = skeleton.turns[index];
  const answer = liveIds(turn.answer, tokenizer) ?? tokenizer.encode(strip(turn.answer.text));
  const template = tokenizer.encodeTemplate((around?.afterUser ?? '') + (around?.afterAnswer ?? ''));
  return tokenizer.encode(strip(turn.user)).length + answer.length + template.length + 2 * SEAM_TOKENS;
}

function runsOf(conversation: Conversation, skeleton: Skeleton, tokenizer: PromptTokenizer): readonly Run[] {
  const { system, turns, last } = conversation;
  const folded = system !== '' && skeleton.afterSystem === undefined ? `${strip(system)}\n\n` : '';
  const split = splitter(tokenizer);
  const runs: Run[] = [...split(skeleton.head)];
  if (skeleton.afterSystem !== undefined) runs.push({ kind: 'text', text: strip(system) }, ...split(skeleton.afterSystem));
  turns.forEach((turn, index) => {
    const around = skeleton.turns[index];
    if (around === undefined) return;
    runs.push({ kind: 'text', text: (index === 0 ? folded : '') + strip(turn.user) });
    const closing = split(around.afterAnswer);
    const ids = liveIds(turn.answer, tokenizer);
    if (ids === undefined) runs.push(...split(around.afterUser), { kind: 'text', text: strip(turn.answer.text) });
    else runs.push(...split(skeleton.opening), { kind: 'ids', ids: withoutEnd(ids, closing, tokenizer) });
    runs.push(...closing);
  });
  runs.push({ kind: 'text', text: (turns.length === 0 ? folded : '') + strip(last) }, ...split(skeleton.opening));
  return runs;
}

/** The same few texts stand around every turn. */
function splitter(tokenizer: PromptTokenizer): (text: string) => readonly Run[] {
  const known = new Map<string, readonly Run[]>();
  return (text) => {
    const runs = known.get(text) ?? splitControl(text, tokenizer);
    known.set(text, runs);
    return runs;
  };
}

/** An answer may be stored with the token that ended it, which the template's closing says again. */
function withoutEnd(ids: readonly number[], closing: readonly Run[], tokenizer: PromptTokenizer): readonly number[] {
  const first = closing[0];
  if (first?.kind !== 'control') return ids;
  return ids.length > 0 && ids.at(-1) === tokenizer.encodeTemplate(first.text)[0] ? ids.slice(0, -1) : ids;
}

function skeletonOf(hasSystem: boolean, turns: number, render: (messages: readonly Message[]) => string): Skeleton {
  if (!hasSystem) return readSkeleton(false, turns, render);
  try {
    return readSkeleton(true, turns, render);
  } catch {
    // No system role here, or one that stands in the last message, where it would move with every turn: it joins the first user message.
    return readSkeleton(false, turns, render);
  }
}

function readSkeleton(hasSystem: boolean, turns: number, render: (messages: readonly Message[]) => string): Skeleton {
  const roles: Message['role'][] = hasSystem ? ['system'] : [];
  for (let turn = 0; turn < turns; turn++) roles.push('user', 'assistant');
  roles.push('user');
  const parts = splitAtPlaceholders(render(roles.map((role, index) => ({ role, content: placeholder(index) }))), roles.length);
  const head = parts.shift() ?? '';
  const afterSystem = hasSystem ? parts.shift() : undefined;
  const opening = parts.pop() ?? '';
  const around = Array.from({ length: turns }, (_, turn) => ({ afterUser: parts[2 * turn] ?? '', afterAnswer: parts[2 * turn + 1] ?? '' }));
  return { head, afterSystem, turns: around, opening };
}

/** Private-use characters: they stand in no template, and no filter a template applies to a content changes them. */
function placeholder(index: number): string {
  return `\uE000${index}\uE001`;
}

/** The texts around `count` placeholders, each of which must be there once and in order. */
function splitAtPlaceholders(rendered: string, count: number): string[] {
  const parts: string[] = [];
  let from = 0;
  for (let index = 0; index < count; index++) {
    const mark = placeholder(index);
    const at = rendered.indexOf(mark);
    if (at < from || rendered.includes(mark, at + 1)) throw new ChatTemplateError(`message ${index} is lost, repeated or moved`);
    parts.push(rendered.slice(from, at));
    from = at + mark.length;
  }
  parts.push(rendered.slice(from));
  return parts;
}

type Render = (messages: readonly Message[]) => string;

/** A template is compiled once and renders each shape of conversation once: what it sees are placeholders, and each key press asks for it. */
const compiled = new WeakMap<TemplateFormat, Render>();
/** Most that is remembered of what was rendered; a turn takes some tens. */
const rememberedCharacters = 2 * 1024 * 1024;

function compile(format: TemplateFormat): Render {
  const known = compiled.get(format);
  if (known !== undefined) return known;
  const render = remembering(renderer(format));
  compiled.set(format, render);
  return render;
}

function renderer({ source, bosText, eosText }: TemplateFormat): Render {
  let template: BoundedTemplate | undefined;
  return (messages) => {
    template ??= new BoundedTemplate(source);
    return template.render({ messages, bos_token: bosText, eos_token: eosText, add_generation_prompt: true, date_string: TEMPLATE_DATE });
  };
}

/** Gives the same answer, or the same error, for the same roles. One that has gone beyond its limits is not tried again. */
function remembering(render: Render): Render {
  const outcomes = new RecentMap<string, string | ChatTemplateError>(rememberedCharacters, (outcome) =>
    typeof outcome === 'string' ? outcome.length : outcome.detail.length,
  );
  let condemned: ChatTemplateError | undefined;
  const outcomeOf = (messages: readonly Message[]): string | ChatTemplateError => {
    try {
      return render(messages);
    } catch (error) {
      const failure = new ChatTemplateError(error instanceof Error ? error.message : String(error));
      if (error instanceof TemplateLimitError) condemned = failure;
      return failure;
    }
  };
  return (messages) => {
    const shape = messages.map(({ role }) => role).join();
    const outcome = condemned ?? outcomes.get(shape) ?? outcomeOf(messages);
    outcomes.set(shape, outcome);
    if (outcome instanceof ChatTemplateError) throw outcome;
    return outcome;
  };
}

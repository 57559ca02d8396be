import { RecentMap } from '../../util/lruCache';
import { formatDate } from './templateDate';
import { localRenderer, type RenderOutcome, type TemplateRenderer } from './templateRenderer';
import type { ChatFormat } from '../promptTypes';

export type TemplateFormat = Extract<ChatFormat, { kind: 'template' }>;

/** The chat template inside the model file cannot be used: it does not parse, refuses a plain conversation, or loses a message. */
export class ChatTemplateError extends Error {
  override readonly name = 'ChatTemplateError';
  /** True if it failed because the conversation is long. */
  readonly isTooLong: boolean;
  /** True if it was not rendered at all, and the next try may succeed. */
  readonly isTransient: boolean;

  constructor(
    readonly detail: string,
    { isTooLong = false, isTransient = false }: { readonly isTooLong?: boolean; readonly isTransient?: boolean } = {},
  ) {
    super(`chat template: ${detail}`);
    this.isTooLong = isTooLong;
    this.isTransient = isTransient;
  }
}

/** A rendered template around the contents of a conversation; texts are the template's own. */
export interface Skeleton {
  /** Stands in front of the first content. */
  readonly head: string;
  /** Between system text and first user content; undefined when the system text is folded into the latter. */
  readonly afterSystem: string | undefined;
  /** Behind each turn's user content, and behind its answer. */
  readonly turns: readonly { readonly afterUser: string; readonly afterAnswer: string }[];
  /** Behind the last user content: what makes the model answer. */
  readonly opening: string;
}

/** A content is one text or, as some templates want it, a list of parts. */
type ContentForm = 'text' | 'parts';

/** Length of all that one template remembers of what was rendered; a turn takes some tens of characters. */
const MAX_REMEMBERED_CHARACTERS = 2 * 1024 * 1024;

/**
 * A template that takes too much for so many turns is not tried again. For more turns an honest one may take too much as well: some look at all
 * messages for each of them, and Gemma 4's reaches the limit at 450 turns.
 */
export const MAX_SURELY_BEARABLE_TURNS = 100;

const known = new WeakMap<TemplateFormat, Skeletons>();

export function skeletonsFor(format: TemplateFormat): Skeletons {
  const skeletons = known.get(format) ?? new Skeletons(format);
  known.set(format, skeletons);
  return skeletons;
}

/**
 * Skeletons of one template. Each shape of conversation is rendered once: the template sees placeholders, and each key press asks for the same
 * shape again.
 */
export class Skeletons {
  private readonly outcomes = new RecentMap<string, Skeleton | ChatTemplateError>(MAX_REMEMBERED_CHARACTERS, weigh);
  /** Why the template is not tried again. */
  private condemned: ChatTemplateError | undefined;
  /** The fewest turns for which the template took too much, and what it said: it is not tried with as many again. */
  private tooMany: { readonly turns: number; readonly error: ChatTemplateError } | undefined;
  private previous: Promise<unknown> = Promise.resolve();
  private readonly renderer: TemplateRenderer;

  constructor(private readonly format: TemplateFormat) {
    this.renderer = format.renderer ?? localRenderer();
  }

  /**
   * The skeleton of a conversation with so many finished turns.
   * @throws {ChatTemplateError}
   */
  async get(hasSystem: boolean, turns: number): Promise<Skeleton> {
    const shape = `${hasSystem ? 'system' : ''}${turns}`;
    const outcome = this.find(shape, turns) ?? (await this.buildNext(shape, hasSystem, turns));
    if (outcome instanceof ChatTemplateError) throw outcome;
    return outcome;
  }

  private find(shape: string, turns: number): Skeleton | ChatTemplateError | undefined {
    const known = this.condemned ?? this.outcomes.get(shape);
    if (known !== undefined || this.tooMany === undefined || turns < this.tooMany.turns) return known;
    return this.tooMany.error;
  }

  /** Builds one after the other, as a template that one conversation shows to be no use is not tried for the next. */
  private buildNext(shape: string, hasSystem: boolean, turns: number): Promise<Skeleton | ChatTemplateError> {
    const built = this.previous.then(async () => {
      const outcome = this.find(shape, turns) ?? (await this.build(hasSystem, turns));
      const isOfShape = !(outcome instanceof ChatTemplateError) || (!outcome.isTooLong && !outcome.isTransient);
      if (isOfShape) this.outcomes.set(shape, outcome);
      return outcome;
    });
    this.previous = built.catch(() => undefined);
    return built;
  }

  private async build(hasSystem: boolean, turns: number): Promise<Skeleton | ChatTemplateError> {
    let failure: ChatTemplateError | undefined;
    // A template without a system role, or with one that stands in the last message, where it would move with every turn, gets the system
    // text in the first user message.
    for (const isSystemShown of hasSystem ? [true, false] : [false]) {
      for (const form of ['text', 'parts'] as const) {
        const outcome = await this.attempt(isSystemShown, turns, form);
        if (!(outcome instanceof ChatTemplateError) || outcome.isTransient) return outcome;
        // The first reason without a system role is the template's own; those that follow come of our retries.
        if (!isSystemShown) failure ??= outcome;
        if (this.condemned || outcome.isTooLong) return outcome;
      }
    }
    return failure ?? new ChatTemplateError('no message');
  }

  private async attempt(hasSystem: boolean, turns: number, form: ContentForm): Promise<Skeleton | ChatTemplateError> {
    const roles = listRoles(hasSystem, turns);
    const outcome = await this.render(roles, form);
    if ('text' in outcome) return readSkeleton(outcome.text, hasSystem, turns);
    const isTooLong = outcome.isFinal && turns > MAX_SURELY_BEARABLE_TURNS;
    const failure = new ChatTemplateError(outcome.refusal, { isTooLong, isTransient: outcome.isTransient === true });
    if (isTooLong) this.tooMany = { turns, error: failure };
    else if (outcome.isFinal) this.condemned = failure;
    return failure;
  }

  private render(roles: readonly string[], form: ContentForm): Promise<RenderOutcome> {
    const { source, bosText, eosText } = this.format;
    const messages = roles.map((role, index) => {
      const text = placeholder(index);
      return { role, content: form === 'text' ? text : [{ type: 'text', text }] };
    });
    return this.renderer.render(source, { messages, bos_token: bosText, eos_token: eosText, ...OTHER_VARIABLES });
  }
}

/**
 * The variables that llama.cpp gives a template besides messages and tokens (`common/chat.cpp`), with a fixed date. `functions` is for FireFunction, which has
 * no condition around its list of them. `tools` and `enable_thinking` stay undefined: some templates walk through `tools` where it is None, and
 * the default for thinking is the author's.
 */
const OTHER_VARIABLES = {
  add_generation_prompt: true,
  date_string: formatDate('%d %b %Y'),
  datetime: formatDate('%b %d %Y'),
  functions: '',
} as const;

function listRoles(hasSystem: boolean, turns: number): readonly string[] {
  const roles = hasSystem ? ['system'] : [];
  for (let turn = 0; turn < turns; turn++) roles.push('user', 'assistant');
  return [...roles, 'user'];
}

function readSkeleton(rendered: string, hasSystem: boolean, turns: number): Skeleton | ChatTemplateError {
  const parts = splitAtPlaceholders(rendered, (hasSystem ? 1 : 0) + 2 * turns + 1);
  if (parts instanceof ChatTemplateError) return parts;
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
function splitAtPlaceholders(rendered: string, count: number): string[] | ChatTemplateError {
  const parts: string[] = [];
  let from = 0;
  for (let index = 0; index < count; index++) {
    const mark = placeholder(index);
    const at = rendered.indexOf(mark);
    if (at < from || rendered.includes(mark, at + 1)) return new ChatTemplateError(`message ${index} is lost, repeated or moved`);
    parts.push(rendered.slice(from, at));
    from = at + mark.length;
  }
  parts.push(rendered.slice(from));
  return parts;
}

function weigh(outcome: Skeleton | ChatTemplateError): number {
  if (outcome instanceof ChatTemplateError) return outcome.detail.length;
  const { head, afterSystem = '', turns, opening } = outcome;
  return turns.reduce(
    (sum, { afterUser, afterAnswer }) => sum + afterUser.length + afterAnswer.length,
    head.length + afterSystem.length + opening.length,
  );
}

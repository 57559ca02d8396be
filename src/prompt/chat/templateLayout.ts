import { append } from '../../util/lists';
import { encodeRuns, liveIds, type ChatLayout, type Conversation, type ConversationTurn, type Run } from './chatLayout';
import { strip } from '../../util/text/strip';
import {
  ChatTemplateError,
  MAX_SURELY_BEARABLE_TURNS,
  skeletonsFor,
  type Skeleton,
  type Skeletons,
  type TemplateFormat,
} from '../template/templateSkeleton';
import { splitControl } from '../template/templateText';
import type { PromptTokenizer } from '../promptTypes';

/** Tokens by which a piece may exceed its own count when it stands between others. */
const SEAM_TOKENS = 2;

/**
 * Any family, by the Jinja chat template of its GGUF. The template sees a placeholder for each content and the contents are put in as
 * tokens, so nothing a user or a model wrote is read as a control token or as template code. In front of a live answer stands what
 * stood there when it was generated, whatever the template makes of a finished answer.
 *
 * @throws {ChatTemplateError}
 */
export async function templateLayout(
  { system, turns, last }: Conversation,
  format: TemplateFormat,
  tokenizer: PromptTokenizer,
): Promise<ChatLayout> {
  const skeletons = skeletonsFor(format);
  const hasSystem = system !== '';
  const { skeleton: all, leftOut } = await findSkeleton(skeletons, hasSystem, turns.length);
  const conversation: Conversation = { system, turns: turns.slice(leftOut), last };
  return {
    leftOut,
    sizes: {
      fixed:
        SEAM_TOKENS +
        tokenizer.encodeTemplate(all.head + (all.afterSystem ?? '\n\n')).length +
        tokenizer.encode(conversation.system).length,
      turns: conversation.turns.map((turn, index) => turnSize(turn, all, index, tokenizer)),
      last: tokenizer.encode(strip(conversation.last)).length + tokenizer.encodeTemplate(all.opening).length + SEAM_TOKENS,
    },
    async tokens(start) {
      const kept = { ...conversation, turns: conversation.turns.slice(start) };
      const skeleton = start === 0 ? all : await skeletons.get(hasSystem, kept.turns.length);
      const tokens = encodeRuns(runsOf(kept, skeleton, tokenizer), tokenizer);
      if (tokenizer.bos === undefined || tokens[0] === tokenizer.bos) return tokens;
      const withBos = [tokenizer.bos];
      append(withBos, tokens);
      return withBos;
    },
  };
}

/**
 * The skeleton of all turns, or of the latest ones where the template takes too much for that many. The first turn that is kept changes only
 * once in many turns, as each change invalidates the KV cache.
 */
async function findSkeleton(
  skeletons: Skeletons,
  hasSystem: boolean,
  turns: number,
): Promise<{ readonly skeleton: Skeleton; readonly leftOut: number }> {
  try {
    return { skeleton: await skeletons.get(hasSystem, turns), leftOut: 0 };
  } catch (error) {
    if (!(error instanceof ChatTemplateError) || !error.isTooLong) throw error;
    const block = MAX_SURELY_BEARABLE_TURNS / 2;
    const leftOut = (Math.floor(turns / block) - 1) * block;
    return { skeleton: await skeletons.get(hasSystem, turns - leftOut), leftOut };
  }
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
  if (skeleton.afterSystem !== undefined) append(runs, [{ kind: 'text', text: strip(system) }, ...split(skeleton.afterSystem)]);
  turns.forEach((turn, index) => {
    const around = skeleton.turns[index];
    if (around === undefined) return;
    runs.push({ kind: 'text', text: (index === 0 ? folded : '') + strip(turn.user) });
    const closing = split(around.afterAnswer);
    const ids = liveIds(turn.answer, tokenizer);
    if (ids === undefined) append(runs, [...split(around.afterUser), { kind: 'text', text: strip(turn.answer.text) }]);
    else append(runs, [...split(skeleton.opening), { kind: 'ids', ids: withoutEnd(ids, closing, tokenizer) }]);
    append(runs, closing);
  });
  append(runs, [{ kind: 'text', text: (turns.length === 0 ? folded : '') + strip(last) }, ...split(skeleton.opening)]);
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

/** A conversation as it is kept on disk: schema, and what follows from a record alone. */
import type { ChatTurn } from '../../../contract/chat';
import * as v from 'valibot';
import { ellipsize, toWellFormed } from '../../../util/text/wholeCharacters';
import { engineErrorSchema, type EngineErrorData } from '../../../contract/engineErrors';
import { isTree } from './turnTree';
import { withoutPlaces, type LocatedContent } from '../context/locatedContent';
import { upgraded } from './upgradeRecords';

/** Raised when a record changes shape; an older one is converted, an unknown one set aside. */
export const CONVERSATION_SCHEMA_VERSION = 2;

const count = v.pipe(v.number(), v.minValue(0));

const lines = { startLine: count, endLine: count };
/** Younger than the rest. A version that does not know it leaves it out, and finds the file by its path. */
const uri = v.exactOptional(v.string());
const file = { path: v.string(), language: v.string(), text: v.string(), uri };
const blockKind = v.picklist(['file', 'selection', 'symbol', 'problems', 'terminal', 'changes']);

const contextBlock = v.variant('kind', [
  v.object({ kind: v.literal('file'), ...file }),
  v.object({ kind: v.literal('selection'), ...file, ...lines }),
  v.object({ kind: v.literal('symbol'), ...file, ...lines, name: v.string() }),
  v.object({ kind: v.literal('problems'), path: v.exactOptional(v.string()), text: v.string(), uri }),
  v.object({ kind: v.literal('terminal'), text: v.string() }),
  v.object({ kind: v.literal('changes'), text: v.string() }),
]);

const userContent = v.object({
  text: v.string(),
  file: v.exactOptional(v.object(file)),
  selection: v.exactOptional(v.object({ ...lines, text: v.string() })),
  cursorLine: v.exactOptional(count),
  context: v.exactOptional(v.pipe(v.array(contextBlock), v.readonly())),
});

const metrics = v.object({
  promptTokens: count,
  reusedTokens: count,
  evaluatedTokens: count,
  generatedTokens: count,
  // Younger than the rest: a record written before has none.
  draftedTokens: v.optional(count, 0),
  confirmedTokens: v.optional(count, 0),
  firstTokenMilliseconds: count,
  tokensPerSecond: count,
  totalMilliseconds: count,
});

const turn = v.object({
  id: v.string(),
  /** The turn this one follows, as `turnTree.ts` has it. */
  parent: v.exactOptional(v.string()),
  user: userContent,
  /** Shown in place of the user's words, where a command wrote those. */
  title: v.exactOptional(v.string()),
  answer: v.string(),
  /** Generated ids behind `answer`; they count only for a model with this fingerprint. */
  tokens: v.array(v.number()),
  fingerprint: v.exactOptional(v.string()),
  state: v.picklist(['streaming', 'done', 'stopped', 'failed']),
  stop: v.exactOptional(v.picklist(['end', 'maxTokens', 'contextFull', 'rule', 'repetition', 'cancelled'])),
  /** Why it failed, as data: the sentence is made when shown, in the language of then. */
  error: v.exactOptional(v.pipe(v.looseObject({ kind: v.string() }), v.transform(asError))),
  metrics: v.exactOptional(metrics),
  droppedTurns: count,
  // The label is younger than the rest.
  cuts: v.array(v.object({ block: blockKind, label: v.optional(v.string(), ''), shownLines: count, totalLines: count })),
  /** Other words for the question, begun and not sent. */
  edit: v.exactOptional(v.string()),
});

const conversation = v.object({
  schema: v.literal(CONVERSATION_SCHEMA_VERSION),
  id: v.string(),
  title: v.string(),
  /** The title was given by the user. */
  named: v.exactOptional(v.boolean()),
  /** Stands first in the list. */
  pinned: v.exactOptional(v.boolean()),
  createdAt: count,
  updatedAt: count,
  turns: v.pipe(
    v.array(turn),
    v.check((turns) => isTree(turns), 'the turns are no tree'),
  ),
  /** Which child is shown at each fork, as `turnTree.ts` has it. */
  shown: v.record(v.string(), v.string()),
});

/** Mutable on purpose: the controller appends to the turn that streams, the store writes what it finds. */
export type StoredTurn = v.InferOutput<typeof turn>;
export type Conversation = v.InferOutput<typeof conversation>;

/** An error of a kind this version does not know must not cost the conversation it stands in. */
function asError(value: { kind: string }): EngineErrorData {
  const parsed = v.safeParse(engineErrorSchema, value);
  return parsed.success ? parsed.output : { kind: 'internal', detail: value.kind };
}

/** The record in `text`. An answer that was under way when it was written was interrupted: it is stopped, its text kept. Throws. */
export function parseConversation(text: string): Conversation {
  const record = v.parse(conversation, upgraded(JSON.parse(text)));
  for (const entry of record.turns) if (entry.state === 'streaming') entry.state = 'stopped';
  return record;
}

/** A conversation without turns. It gets its title with its first question. */
export function newConversation(id: string, now: number): Conversation {
  return { schema: CONVERSATION_SCHEMA_VERSION, id, title: '', createdAt: now, updatedAt: now, turns: [], shown: {} };
}

/** What is asked. A command's question may be long and meant for the model: then `title` is what the user sees of it. */
export interface Question extends LocatedContent {
  readonly title?: string;
}

/** A turn that has just been asked, after the one with the id `parent`. */
export function newTurn(id: string, { title, ...user }: Question, parent?: string): StoredTurn {
  return {
    id,
    ...(parent === undefined ? {} : { parent }),
    user,
    ...(title === undefined ? {} : { title }),
    answer: '',
    tokens: [],
    state: 'streaming',
    droppedTurns: 0,
    cuts: [],
  };
}

const TITLE_LENGTH = 60;

/** A conversation's name: its first question's first line. */
export function titleOf(question: string): string {
  const line = question.trim().split(/\r?\n/, 1)[0] ?? '';
  return ellipsize(toWellFormed(line), TITLE_LENGTH);
}

/** Whether the model is told of `turn`: it ended with something written. */
export function isTold(turn: StoredTurn): boolean {
  return turn.state !== 'streaming' && turn.answer !== '';
}

/**
 * What the model is told of `turns`, which follow each other. Token ids go along where they stand for the text, so that the lane's KV is
 * found again.
 */
export function historyOf(turns: readonly StoredTurn[]): ChatTurn[] {
  return turns.filter(isTold).map((entry) => ({
    user: withoutPlaces(entry.user),
    answer:
      entry.fingerprint === undefined || entry.tokens.length === 0
        ? { text: entry.answer }
        : { text: entry.answer, tokens: entry.tokens, fingerprint: entry.fingerprint },
  }));
}

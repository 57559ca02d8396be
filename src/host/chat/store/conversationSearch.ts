import { setImmediate as nextTurn } from 'node:timers/promises';
import { sliceGraphemes } from '../../../util/text/wholeCharacters';
import type { Conversation } from './conversationRecords';
import type { ConversationSummary } from './conversationSummaries';

/** A conversation in which all words were found. */
export interface Found {
  readonly summary: ConversationSummary;
  /** Where, with what stands around it; `undefined` where the title says it. */
  readonly snippet: string | undefined;
}

/** Most characters of conversations that are kept in memory between two searches. */
const MOST_CHARACTERS = 20_000_000;
/** Conversations searched before others get their turn. */
const PAUSE_AFTER = 32;
/** Characters of a snippet before and after what was found. */
const [BEFORE, AFTER] = [24, 80];

/** Searches conversations by their titles and by what was asked and answered in them. */
export class ConversationSearch {
  /** Texts of conversations read before; they count while the conversation has not changed. */
  private readonly kept = new Map<string, { readonly updatedAt: number; readonly texts: readonly string[] }>();
  private characters = 0;

  constructor(private readonly read: (id: string) => Promise<Conversation | undefined>) {}

  /** Those of `summaries`, in their order, that have every word of `query` in any case. Ends early once `signal` is aborted. */
  async *find(summaries: readonly ConversationSummary[], query: string, signal: AbortSignal): AsyncGenerator<Found> {
    const words = wordsOf(query);
    for (const [index, summary] of summaries.entries()) {
      // Texts that are in memory are searched without a pause otherwise.
      if (index % PAUSE_AFTER === PAUSE_AFTER - 1) await nextTurn();
      if (signal.aborted) return;
      if (words.every((word) => word.test(summary.title))) {
        yield { summary, snippet: undefined };
        continue;
      }
      const texts = await this.textsOf(summary);
      const all = [summary.title, ...texts];
      if (words.every((word) => all.some((text) => word.test(text))))
        yield { summary, snippet: snippetOf(texts, [phrase(query), ...words]) };
    }
  }

  private async textsOf({ id, updatedAt }: ConversationSummary): Promise<readonly string[]> {
    const known = this.kept.get(id);
    if (known?.updatedAt === updatedAt) return known.texts;
    const record = await this.read(id);
    if (record === undefined) return [];
    const texts = record.turns.flatMap(({ title, user, answer }) => [title ?? user.text, answer]);
    this.keep(id, { updatedAt, texts });
    return texts;
  }

  private keep(id: string, found: { readonly updatedAt: number; readonly texts: readonly string[] }): void {
    this.characters += charactersOf(found.texts) - charactersOf(this.kept.get(id)?.texts ?? []);
    this.kept.set(id, found);
    if (this.characters <= MOST_CHARACTERS) return;
    this.characters -= charactersOf(found.texts);
    this.kept.delete(id);
  }
}

function charactersOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

/** The words of a query, each to be found in any case. */
function wordsOf(query: string): readonly RegExp[] {
  return query.trim().split(/\s+/u).map(phrase);
}

function phrase(text: string): RegExp {
  const literal = text.trim().replace(/[\\^$.*+?()[\]{}|/]/gu, String.raw`\$&`);
  return new RegExp(literal.replace(/\s+/gu, String.raw`\s+`), 'iu');
}

/** One line around the first of `wanted` that is in a text. */
function snippetOf(texts: readonly string[], wanted: readonly RegExp[]): string | undefined {
  for (const pattern of wanted) {
    for (const text of texts) {
      const match = pattern.exec(text);
      if (match !== null) return around(text, match.index, match[0].length);
    }
  }
  return undefined;
}

function around(text: string, at: number, length: number): string {
  const [start, end] = [Math.max(0, at - BEFORE), Math.min(text.length, at + length + AFTER)];
  const line = sliceGraphemes(text, start, end);
  return `${start > 0 ? '…' : ''}${line.replace(/\s+/gu, ' ').trim()}${end < text.length ? '…' : ''}`;
}

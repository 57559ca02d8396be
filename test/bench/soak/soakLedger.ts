import type { ConversationStore } from '../../../src/host/chat/store/conversationStore';
import type { Conversation } from '../../../src/host/chat/store/conversationRecords';
import type { Findings } from './soakFindings';
import type { SeenChat } from './soakWitness';

/** A question that was asked, the turn it became, and what was seen of its answer. */
export interface Entry {
  readonly conversation: string;
  readonly turn: string;
  readonly question: string;
  readonly seen: SeenChat;
}

/** Every question of the soak, to be held against the records on disk. */
export class Ledger {
  private readonly conversations = new Map<string, Entry[]>();

  add(entry: Entry): void {
    this.conversations.set(entry.conversation, [...this.of(entry.conversation), entry]);
  }

  of(conversation: string): readonly Entry[] {
    return this.conversations.get(conversation) ?? [];
  }

  /** Asking again takes the place of a turn that had nothing written. */
  replaceEmpty(conversation: string): void {
    const entries = this.of(conversation);
    if (entries.at(-1)?.seen.text === '') this.conversations.set(conversation, entries.slice(0, -1));
  }

  /** Compares with the records as they are on disk, all or those in `only`; call while no answer is under way. */
  async check(store: ConversationStore, findings: Findings, only?: ReadonlySet<string>): Promise<void> {
    for (const [id, entries] of this.conversations) {
      if (only && !only.has(id)) continue;
      for (const what of differences(entries, await store.read(id))) findings.add('lost', `conversation ${id}: ${what}`);
    }
  }
}

/** What the record lacks, or has otherwise than it was seen; a sentence each. */
export function differences(entries: readonly Entry[], record: Conversation | undefined): readonly string[] {
  if (!record) return entries.length === 0 ? [] : [`is gone, with ${entries.length} turns`];
  const ids = entries.map(({ turn }) => turn);
  const kept = record.turns.map(({ id }) => id);
  const order = ids.join(' ') === kept.join(' ') ? [] : [`has the turns ${kept.join(' ')} in place of ${ids.join(' ')}`];
  return [...order, ...entries.flatMap((entry) => turnDifferences(entry, record))];
}

function turnDifferences({ turn, question, seen }: Entry, record: Conversation): readonly string[] {
  const stored = record.turns.find(({ id }) => id === turn);
  if (!stored) return [];
  return [
    ...(stored.user.text === question ? [] : [`asks ${JSON.stringify(stored.user.text)}, not ${JSON.stringify(question)}`]),
    ...(stored.answer === seen.text ? [] : [`has the answer ${JSON.stringify(stored.answer)}, and shown was ${JSON.stringify(seen.text)}`]),
    ...(stored.tokens.join(' ') === seen.ids.join(' ') ? [] : [`has other ids than came with ${JSON.stringify(seen.text)}`]),
  ];
}

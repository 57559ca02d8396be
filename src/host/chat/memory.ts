import { parseItems, type DraftItem } from './context/items';

/** What the chat remembers beside its conversations. VS Code's `Memento` has this shape. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const DRAFT = 'paddock.chat.draft';
const ITEMS = 'paddock.chat.attachments';
const CONVERSATION = 'paddock.chat.conversation';

/** The text typed and not sent, what is attached to it, and the conversation that was open, over a reload of the window. */
export class ChatMemory {
  constructor(private readonly memory: Memory) {}

  get draft(): string {
    return this.text(DRAFT) ?? '';
  }

  set draft(text: string) {
    void this.memory.update(DRAFT, text === '' ? undefined : text);
  }

  get items(): readonly DraftItem[] {
    return parseItems(this.memory.get(ITEMS));
  }

  set items(items: readonly DraftItem[]) {
    void this.memory.update(ITEMS, items.length === 0 ? undefined : items);
  }

  get conversationId(): string | undefined {
    return this.text(CONVERSATION);
  }

  set conversationId(id: string | undefined) {
    void this.memory.update(CONVERSATION, id);
  }

  private text(key: string): string | undefined {
    const value = this.memory.get(key);
    return typeof value === 'string' ? value : undefined;
  }
}

import type { Memento } from '../../services/memento';
import { parseItems, type DraftItem } from '../context/contextItems';

/**
 * What one view of the chat remembers over a reload of the window: the text typed and not sent, what is attached to it, and the conversation
 * that was open.
 */
export class ChatMemory {
  /** @param view names the view; without it, it is the one in the side bar */
  constructor(
    private readonly memory: Memento,
    private readonly view?: string,
  ) {}

  get draft(): string {
    return this.text('draft') ?? '';
  }

  set draft(text: string) {
    void this.memory.update(this.key('draft'), text === '' ? undefined : text);
  }

  get items(): readonly DraftItem[] {
    return parseItems(this.memory.get(this.key('attachments')));
  }

  set items(items: readonly DraftItem[]) {
    void this.memory.update(this.key('attachments'), items.length === 0 ? undefined : items);
  }

  get conversationId(): string | undefined {
    return this.text('conversation');
  }

  set conversationId(id: string | undefined) {
    void this.memory.update(this.key('conversation'), id);
  }

  /** The view is closed for good. */
  forget(): void {
    this.draft = '';
    this.items = [];
    this.conversationId = undefined;
  }

  private text(name: string): string | undefined {
    const value = this.memory.get(this.key(name));
    return typeof value === 'string' ? value : undefined;
  }

  private key(name: string): string {
    return this.view === undefined ? `paddock.chat.${name}` : `paddock.chat.tab.${this.view}.${name}`;
  }
}

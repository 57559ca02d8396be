import { Emitter, type Disposable, type Event } from '../../../util/event';
import type { AnswerState } from '../../../contract/webview/chatMessages';
import { resolveSystemText } from '../../../prompt/chat/systemPrompt';
import { type LanguageModel, CHAT_SAMPLING } from '../../llm/languageModel';
import { WarmUp, type Idle } from '../../llm/idleWarmUp';
import type { Config } from '../../services/config';
import type { Log } from '../../services/log';
import { askedAgain, askedOtherwise, type Asking } from './askAgain';
import { Answer } from './chatAnswer';
import { addTurn, pathTo, shownPath, showSibling } from '../store/turnTree';
import { placeOf, sourcesOf } from '../context/attachmentLabels';
import { withoutPlaces } from '../context/locatedContent';
import type { ConversationStore } from '../store/conversationStore';
import {
  historyOf,
  newConversation,
  newTurn,
  titleOf,
  type Conversation,
  type Question,
  type StoredTurn,
} from '../store/conversationRecords';

/** What becomes of a conversation; told to every view, for each to find what it shows. */
export type ConversationChange =
  /** A turn is new, or changed otherwise than by appending to its answer. */
  | { readonly kind: 'turn'; readonly conversation: Conversation; readonly turn: StoredTurn }
  /** `text` was appended to the answer of `turn`, which had the length `at`. */
  | { readonly kind: 'delta'; readonly conversation: Conversation; readonly turn: StoredTurn; readonly at: number; readonly text: string }
  /** All of it may have changed. */
  | { readonly kind: 'all'; readonly conversation: Conversation }
  /** It has another title. */
  | { readonly kind: 'title'; readonly conversation: Conversation }
  /** An answer has begun or ended. */
  | { readonly kind: 'busy'; readonly conversation: Conversation; readonly busy: boolean }
  | { readonly kind: 'removed' | 'restored'; readonly conversation: Conversation };

export interface ChatSettings {
  /** System text; empty for none. */
  readonly system: string;
  readonly temperature: number;
  readonly maxTokens: number;
}

/** What the chat needs of the settings. */
export function chatSettings(config: Config): ChatSettings {
  return {
    system: resolveSystemText(config['chat.systemPrompt'], config['chat.ownSystemPrompt']),
    temperature: config['chat.temperature'],
    maxTokens: config['chat.maxTokens'],
  };
}

export interface ChatServiceDeps {
  readonly engine: LanguageModel;
  readonly store: ConversationStore;
  readonly settings: () => ChatSettings;
  readonly log: Log;
  readonly idle: Idle;
  readonly newId: () => string;
  readonly newSeed: () => number;
  readonly now: () => number;
}

/**
 * The conversations of all views, and the answers under way. A conversation is one object, in however many views it is open. An answer
 * belongs to its conversation and goes on while no view shows it; a conversation has at most one.
 */
export class ChatService implements Disposable {
  private readonly changes = new Emitter<ConversationChange>((error) => {
    this.deps.log.error(`chat: ${String(error)}`);
  });
  /** Answers under way, by the id of the conversation they belong to. */
  private readonly answers = new Map<string, { readonly answer: Answer; readonly conversation: Conversation }>();
  /** Weak: what nobody holds any more is on disk. */
  private readonly known = new Map<string, WeakRef<Conversation>>();
  private readonly warmUp: WarmUp;
  private readonly engineSubscription: Disposable;
  /** Where the next question is expected. */
  private wanted: Conversation | undefined;

  readonly onDidChange: Event<ConversationChange> = this.changes.event;

  constructor(private readonly deps: ChatServiceDeps) {
    this.warmUp = new WarmUp(deps.engine, deps.idle);
    this.engineSubscription = deps.engine.onDidChangeState((state) => {
      if (state.kind === 'ready' && this.wanted !== undefined) this.warm(this.wanted);
    });
  }

  /** As they are at this moment. */
  get settings(): ChatSettings {
    return this.deps.settings();
  }

  /** A new conversation, which is kept from its first question on. */
  create(): Conversation {
    return this.remember(newConversation(this.deps.newId(), this.deps.now()));
  }

  /** The conversation, or `undefined` where there is none with this id. Another window may have written to it since: then that is taken in. */
  async load(id: string): Promise<Conversation | undefined> {
    const stored = this.answers.has(id) ? undefined : await this.deps.store.read(id);
    // Looked up after the disk was read: an answer may have begun meanwhile, or another view opened the same one.
    const known = this.known.get(id)?.deref();
    if (known === undefined) return stored && this.remember(stored);
    if (stored !== undefined && stored !== known && !this.answers.has(id)) this.takeIn(known, stored);
    return known;
  }

  /** What a conversation is called, which is nothing before its first question; `undefined` where there is none with this id. */
  async titleOf(id: string): Promise<string | undefined> {
    const conversation = this.known.get(id)?.deref() ?? (await this.deps.store.read(id));
    return conversation?.title;
  }

  /** Whether an answer is under way in `conversation`. */
  isAnswering(conversation: Conversation): boolean {
    return this.answers.has(conversation.id);
  }

  /** Where the answer of `turn` stands while it is under way. */
  liveState(conversation: Conversation, turn: StoredTurn): AnswerState | undefined {
    const answer = this.answers.get(conversation.id)?.answer;
    return answer?.turn === turn ? answer.state : undefined;
  }

  /** Asks after the turn that is shown last. No answer may be under way in `conversation`. */
  begin(conversation: Conversation, question: Question): void {
    const previous = shownPath(conversation).at(-1);
    const turn = this.ask(conversation, { question, parent: previous?.id });
    // What helped the previous one has been overtaken.
    if (previous !== undefined) this.changes.fire({ kind: 'turn', conversation, turn: previous });
    this.changes.fire({ kind: 'turn', conversation, turn });
  }

  /** Asks the question of a turn again, in `text` where that is given; nothing while an answer is under way, or where there is no such turn. */
  askAgain(conversation: Conversation, turnId: string, text?: string): boolean {
    if (this.isAnswering(conversation)) return false;
    const asking = text === undefined ? askedAgain(conversation, turnId) : askedOtherwise(conversation, turnId, text);
    if (asking === undefined) return false;
    if (this.deps.engine.state.kind === 'failed') this.deps.engine.restart();
    this.ask(conversation, asking);
    this.changes.fire({ kind: 'all', conversation });
    return true;
  }

  /** Shows the sibling of a turn so many places after it; not while an answer is under way, which would be out of sight. */
  showSibling(conversation: Conversation, turnId: string, places: number): void {
    const turn = conversation.turns.find(({ id }) => id === turnId);
    if (turn === undefined || this.isAnswering(conversation) || !showSibling(conversation, turn, places)) return;
    this.deps.store.save(conversation);
    this.changes.fire({ kind: 'all', conversation });
  }

  /** Keeps other words for the question of a turn, begun and not sent; none when that was given up. */
  keepEdit(conversation: Conversation, turnId: string, text: string | undefined): void {
    const turn = conversation.turns.find(({ id }) => id === turnId);
    if (turn === undefined) return;
    if (text === undefined) delete turn.edit;
    else turn.edit = text;
    this.deps.store.save(conversation);
  }

  private ask(conversation: Conversation, { question, parent, temperatureFloor = 0 }: Asking): StoredTurn {
    this.warmUp.cancel();
    const { deps } = this;
    const { system, temperature, maxTokens } = deps.settings();
    const history = historyOf(pathTo(conversation, parent));
    const turn = newTurn(deps.newId(), question, parent);
    const user = withoutPlaces(turn.user);
    addTurn(conversation, turn);
    if (conversation.title === '') {
      conversation.title = titleOf([question.title ?? question.text, ...placesOf(question)].join(' '));
      this.changes.fire({ kind: 'title', conversation });
    }
    const answer = new Answer(turn, deps.engine, {
      changed: () => {
        this.changes.fire({ kind: 'turn', conversation, turn });
      },
      appended: (at, text) => {
        this.touch(conversation);
        this.changes.fire({ kind: 'delta', conversation, turn, at, text });
      },
    });
    this.answers.set(conversation.id, { answer, conversation });
    this.touch(conversation);
    this.changes.fire({ kind: 'busy', conversation, busy: true });
    const sampling = { ...CHAT_SAMPLING, temperature: Math.max(temperature, temperatureFloor), seed: deps.newSeed() };
    void this.finish(conversation, turn, answer.run({ system, history, user, sampling, maxTokens, subject: conversation.id }));
    return turn;
  }

  /** Ends the answer under way in `conversation`; what it has written stays. */
  stop(conversation: Conversation): void {
    this.answers.get(conversation.id)?.answer.stop();
  }

  /** Gives a conversation another title, which stays whatever is asked. `false` where there is no such conversation. */
  async rename(id: string, title: string): Promise<boolean> {
    const conversation = await this.load(id);
    if (conversation === undefined) return false;
    conversation.title = titleOf(title);
    conversation.named = true;
    this.deps.store.save(conversation);
    this.changes.fire({ kind: 'title', conversation });
    return true;
  }

  /** Has a conversation stand first in the list, or no longer. `false` where there is no such conversation. */
  async pin(id: string, pinned: boolean): Promise<boolean> {
    const conversation = await this.load(id);
    if (conversation === undefined) return false;
    conversation.pinned = pinned;
    this.deps.store.save(conversation);
    return true;
  }

  /** Keeps a conversation that comes from elsewhere, under an id of its own. */
  async add(conversation: Conversation): Promise<Conversation> {
    const own = this.remember({ ...conversation, id: this.deps.newId() });
    this.deps.store.save(own);
    await this.deps.store.flush();
    return own;
  }

  /** Deletes a conversation. The result, where there was one, brings it back. */
  async remove(id: string): Promise<(() => Promise<void>) | undefined> {
    this.answers.get(id)?.answer.stop();
    const conversation = await this.load(id);
    this.known.delete(id);
    await this.deps.store.remove(id);
    if (conversation === undefined) return undefined;
    this.changes.fire({ kind: 'removed', conversation });
    return async () => {
      this.remember(conversation);
      await this.deps.store.restore(conversation);
      this.changes.fire({ kind: 'restored', conversation });
    };
  }

  /** Has the engine evaluate ahead what the next question in `conversation` begins with. Of several views, the one that asked last counts. */
  warm(conversation: Conversation): void {
    this.wanted = conversation;
    if (this.answers.size > 0) return;
    this.warmUp.request(`${conversation.id} ${shownPath(conversation).at(-1)?.id ?? ''}`, () => ({
      kind: 'chat',
      system: this.deps.settings().system,
      history: historyOf(shownPath(conversation)),
      subject: conversation.id,
    }));
  }

  /** Nothing is to be evaluated ahead for `conversation` any more. */
  stopWarming(conversation: Conversation): void {
    if (this.wanted !== conversation) return;
    this.wanted = undefined;
    this.warmUp.cancel();
  }

  dispose(): void {
    for (const { answer } of this.answers.values()) answer.stop();
    this.engineSubscription.dispose();
    this.warmUp.dispose();
    this.changes.dispose();
  }

  private async finish(conversation: Conversation, turn: StoredTurn, run: Promise<void>): Promise<void> {
    await run;
    this.answers.delete(conversation.id);
    this.touch(conversation);
    void this.deps.store.flush();
    this.deps.log.info(
      `answer ${turn.state}${turn.error === undefined ? '' : ` (${turn.error.kind})`}, ${String(turn.tokens.length)} tokens`,
    );
    this.changes.fire({ kind: 'turn', conversation, turn });
    this.changes.fire({ kind: 'busy', conversation, busy: false });
    // What was opened meanwhile had to wait. The lane of the answer itself has all of it.
    if (this.wanted !== undefined && this.wanted !== conversation) this.warm(this.wanted);
  }

  private touch(conversation: Conversation): void {
    conversation.updatedAt = this.deps.now();
    this.deps.store.save(conversation);
  }

  /** `stored` is what the disk has of `known`: another window may have asked in it, or named or pinned it. */
  private takeIn(known: Conversation, stored: Conversation): void {
    if (stored.updatedAt > known.updatedAt) {
      Object.assign(known, stored);
      this.changes.fire({ kind: 'all', conversation: known });
      return;
    }
    if (stored.updatedAt < known.updatedAt) return;
    const { title, named = false, pinned = false } = stored;
    const renamed = title !== known.title;
    Object.assign(known, { title, named, pinned });
    if (renamed) this.changes.fire({ kind: 'title', conversation: known });
  }

  private remember(conversation: Conversation): Conversation {
    this.known.set(conversation.id, new WeakRef(conversation));
    return conversation;
  }
}

/** The files a question is about: they tell conversations apart that begin with the same words. */
function placesOf(question: Question): readonly string[] {
  return sourcesOf(question).flatMap((source) => placeOf(source) ?? []);
}

/** Conversations as files to take away: JSON, which has all that can be shown, and Markdown, which is to be read. */
import { labelOf, sourcesOf, type SourceWords } from '../context/attachmentLabels';
import { addTurn, shownPath } from '../store/turnTree';
import { fromMarkdown, toMarkdown, type Document, type DocumentWords } from './conversationMarkdown';
import { newConversation, newTurn, parseConversation, titleOf, type Conversation } from '../store/conversationRecords';

/** Says in a JSON file what it is; the record in it has the version of its schema. */
const FORMAT = 'paddock.conversation';

export type ExportFormat = 'markdown' | 'json';

export type ExportWords = DocumentWords & SourceWords;

export interface ImportContext {
  readonly newId: () => string;
  readonly now: number;
}

function toJson(conversation: Conversation): string {
  return `${JSON.stringify({ format: FORMAT, conversation }, withoutOwn, 2)}\n`;
}

/** What is shown of a conversation, as a document. */
function toDocument(conversation: Conversation, words: SourceWords): Document {
  const { title, createdAt, updatedAt } = conversation;
  const exchanges = shownPath(conversation).map((turn) => ({
    question: turn.title ?? turn.user.text,
    attachments: sourcesOf(turn.user).map((source) => labelOf(source, words)),
    answer: turn.answer,
    finished: turn.state === 'done',
  }));
  return { title, createdAt, updatedAt, exchanges };
}

export function exportAs(format: ExportFormat, conversation: Conversation, words: ExportWords): string {
  return format === 'json' ? toJson(conversation) : toMarkdown(toDocument(conversation, words), words);
}

/** The conversation in an exported file, whichever its format, with an id of its own. Throws where there is none in it. */
export function importFrom(text: string, context: ImportContext): Conversation {
  const read = /^\uFEFF?\s*\{/u.test(text) ? fromJson(text) : fromDocument(fromMarkdown(text), context);
  if (read.turns.length === 0) throw new Error('it holds no question');
  const { now } = context;
  return {
    ...read,
    id: context.newId(),
    title: titleOf(read.title),
    createdAt: Math.min(read.createdAt, now),
    updatedAt: Math.min(read.updatedAt, now),
  };
}

function fromJson(text: string): Conversation {
  const value: unknown = JSON.parse(text.replace(/^\uFEFF/u, ''), withoutOwn);
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== FORMAT || !('conversation' in value))
    throw new Error('it is not marked as a conversation of Paddock');
  // As a record, so that one with an older schema is converted as on disk.
  return parseConversation(JSON.stringify(value.conversation));
}

function fromDocument({ title, createdAt, updatedAt, exchanges }: Document, { newId }: ImportContext): Conversation {
  const conversation = { ...newConversation(newId(), createdAt), title, updatedAt };
  for (const { question, answer, finished } of exchanges) {
    const turn = newTurn(newId(), { text: question }, conversation.turns.at(-1)?.id);
    addTurn(conversation, { ...turn, answer, state: finished ? 'done' : 'stopped' });
  }
  return conversation;
}

/**
 * Token ids stay here. They are of use to this machine's model alone; and those of a foreign file could tell the model something else than
 * the text that is shown. URIs stay here as well: they tell where this user's files are, and a foreign one would tell Apply where to write.
 */
function withoutOwn(key: string, value: unknown): unknown {
  if (key === 'tokens' && Array.isArray(value)) return [];
  return key === 'fingerprint' || (key === 'uri' && typeof value === 'string') ? undefined : value;
}

import type { StopReason } from '../../../../contract/metrics';
import { isJsonObject, type JsonObject } from './readBounds';

/** A part of an answer: text for the user, and what the model thought before it. */
export interface AnswerPiece {
  readonly text: string;
  readonly thought: string;
  readonly stop: StopReason | undefined;
}

/** Parts inside of parts. */
const MAX_DEPTH = 6;

const NOTHING: AnswerPiece = { text: '', thought: '', stop: undefined };

/** Names under which servers send a thought. */
const THOUGHT_KEYS = ['reasoning_content', 'reasoning', 'thinking', 'reasoning_text'];

/**
 * Reads any part of any answer that we ask for: a chunk or a whole answer of `/v1/chat/completions` and `/v1/completions`, a part of
 * llama-server's `/infill`, or of Ollama's `/api/generate` and `/api/chat`. Anything else is an empty piece.
 */
export function readPiece(said: unknown): AnswerPiece {
  if (Array.isArray(said)) return joinPieces(said.filter(isJsonObject).map(readPiece));
  if (!isJsonObject(said)) return NOTHING;
  const { choices } = said;
  if (Array.isArray(choices)) return readChoice(firstChoice(choices));
  const inner = isJsonObject(said['message']) ? said['message'] : said;
  return {
    text: readContent(inner['content']).text || asText(said['response']) || (inner === said ? asText(said['text']) : ''),
    thought: readThought(inner),
    stop: readEnd(said),
  };
}

function firstChoice(choices: readonly unknown[]): JsonObject | undefined {
  const objects = choices.filter(isJsonObject);
  return objects.find(({ index }) => index === 0) ?? objects[0];
}

function readChoice(choice: JsonObject | undefined): AnswerPiece {
  if (choice === undefined) return NOTHING;
  // Some send the whole answer so far as a message beside each delta.
  const { delta, message } = choice;
  const inner = isJsonObject(delta) ? delta : isJsonObject(message) ? message : choice;
  const content = readContent(inner['content']);
  return {
    text: content.text || asText(inner['refusal']) || asText(inner['text']) || asText(choice['text']),
    thought: content.thought + readThought(inner),
    stop: readStop(choice['finish_reason']),
  };
}

/** Content is a text or a list of parts; parts that hold a thought are kept apart. */
function readContent(content: unknown, depth = 0): AnswerPiece {
  if (typeof content === 'string') return { ...NOTHING, text: content };
  if (depth === MAX_DEPTH) return NOTHING;
  if (isJsonObject(content)) return readPart(content, depth + 1);
  return Array.isArray(content) ? joinPieces(content.map((part) => readContent(part, depth + 1))) : NOTHING;
}

function readPart(part: JsonObject, depth: number): AnswerPiece {
  const type = asText(part['type']);
  const words = [part['text'], part['content'], part['value'], ...THOUGHT_KEYS.map((key) => part[key])]
    .map((value) => readContent(value, depth).text)
    .find((text) => text !== '');
  if (words === undefined) return NOTHING;
  if (/think|reason|thought/i.test(type) || part['thought'] === true) return { ...NOTHING, thought: words };
  return type === '' || /text/i.test(type) ? { ...NOTHING, text: words } : NOTHING;
}

function readThought(inner: JsonObject): string {
  for (const key of THOUGHT_KEYS) {
    const { text, thought } = readContent(inner[key]);
    if (text + thought !== '') return text + thought;
  }
  return '';
}

function joinPieces(pieces: readonly AnswerPiece[]): AnswerPiece {
  return {
    text: pieces.map(({ text }) => text).join(''),
    thought: pieces.map(({ thought }) => thought).join(''),
    stop: pieces.findLast(({ stop }) => stop !== undefined)?.stop,
  };
}

/** Ollama says `done`, llama-server's own routes say `stop`. */
function readEnd(said: JsonObject): StopReason | undefined {
  if (said['done'] === true) return readStop(said['done_reason']) ?? 'end';
  if (said['stop'] !== true) return readStop(said['finish_reason']);
  return said['stop_type'] === 'limit' || said['stopped_limit'] === true ? 'maxTokens' : 'end';
}

function readStop(reason: unknown): StopReason | undefined {
  if (typeof reason !== 'string' || reason === '' || reason === 'null') return undefined;
  return /length|max_?tokens|limit/i.test(reason) ? 'maxTokens' : 'end';
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

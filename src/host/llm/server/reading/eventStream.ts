import { setImmediate as nextTurn } from 'node:timers/promises';
import { OversizeError } from '../boundedFetch';

/** One thing that a server streams. */
export type StreamItem =
  | { readonly kind: 'value'; readonly value: unknown; readonly event: string }
  /** Text where JSON was expected. */
  | { readonly kind: 'garbage'; readonly text: string; readonly event: string }
  /** The server said that nothing follows, or the whole answer was one document. */
  | { readonly kind: 'done'; readonly isDocument: boolean };

/** Longest line, and longest document that spans lines, in UTF-16 units. */
const MAX_LINE = 1 << 20;
const MAX_DOCUMENT = 4 << 20;

/** After this many lines the rest of the extension host gets a turn, so that a server that floods us does not hold the editor up. */
const LINES_PER_TURN = 200;

const FIELD = /^(data|event|id|retry)(?::[ \t]?|$)/;

/**
 * Reads a streamed answer, whatever its framing: server-sent events, a JSON document a line, or one document. The official client's own
 * reader gives up an answer for a keep-alive event without data, for a line that is not JSON and for events without a blank line between them.
 * @throws {OversizeError} where the server sends more than `maxBytes`, or a longer line than an answer can have
 */
export async function* readEvents(body: ReadableStream<Uint8Array>, maxBytes: number): AsyncGenerator<StreamItem, void, undefined> {
  const parser = new EventParser();
  // It drops a byte order mark at the beginning.
  const decoder = new TextDecoder();
  let pending = '';
  let bytes = 0;
  let count = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new OversizeError(`over ${String(maxBytes)} bytes`);
    const lines = (pending + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r/);
    pending = lines.pop() ?? '';
    for (const line of lines) {
      yield* parser.readLine(line);
      if (++count % LINES_PER_TURN === 0) await nextTurn();
    }
    if (pending.length > MAX_LINE) throw new OversizeError(`a line of over ${String(MAX_LINE)} bytes`);
  }
  yield* parser.readLine(pending + decoder.decode());
  yield* parser.finish();
}

class EventParser {
  private event = '';
  private data: string[] = [];
  /** Lines outside of events: a document that spans lines, or garbage. */
  private loose: string[] = [];
  private looseLength = 0;
  private values = 0;
  private hasEvents = false;

  *readLine(line: string): Generator<StreamItem, void, undefined> {
    if (line === '') {
      yield* this.endEvent();
      return;
    }
    if (line.startsWith(':')) return;
    const field = FIELD.exec(line);
    if (field === null) yield* this.readLooseLine(line);
    else {
      this.hasEvents = true;
      const value = line.slice(field[0].length);
      if (field[1] === 'event') this.event = value.trim();
      else if (field[1] === 'data') yield* this.readData(value);
    }
  }

  *finish(): Generator<StreamItem, void, undefined> {
    yield* this.endEvent();
    if (this.loose.length > 0) yield* this.read(this.loose.join('\n'));
    if (!this.hasEvents && this.values === 1) yield { kind: 'done', isDocument: true };
  }

  /** Most events are one line, which is handed on at once: some servers leave out the blank line that would end the event. */
  private *readData(value: string): Generator<StreamItem, void, undefined> {
    // A comment that a proxy has put into an event.
    if (value.startsWith(':')) return;
    const item = this.data.length === 0 ? this.parse(value) : undefined;
    if (item !== undefined) yield item;
    else if (value.trim() !== '') this.data.push(value);
  }

  private *endEvent(): Generator<StreamItem, void, undefined> {
    const { data } = this;
    this.data = [];
    if (data.length > 0) {
      const whole = this.parse(data.join('\n'));
      if (whole !== undefined) yield whole;
      else for (const line of data) yield* this.read(line);
    }
    this.event = '';
  }

  private *readLooseLine(line: string): Generator<StreamItem, void, undefined> {
    const item = this.loose.length === 0 ? this.parse(line) : undefined;
    if (item !== undefined) {
      yield item;
      return;
    }
    this.loose.push(line);
    this.looseLength += line.length + 1;
    if (this.looseLength > MAX_DOCUMENT) throw new OversizeError(`over ${String(MAX_DOCUMENT)} bytes`);
  }

  private *read(text: string): Generator<StreamItem, void, undefined> {
    yield this.parse(text) ?? { kind: 'garbage', text, event: this.event };
  }

  private parse(text: string): StreamItem | undefined {
    if (text.trim() === '[DONE]') return { kind: 'done', isDocument: false };
    const parsed = parseJson(text);
    if (parsed === undefined) return undefined;
    this.values++;
    return { kind: 'value', value: parsed.value, event: this.event };
  }
}

/** The beginning of any JSON. An exception for each line of garbage would cost more than the line. */
const JSON_START = /^[\s\uFEFF]*[[{"\d\-tfn]/;

function parseJson(text: string): { readonly value: unknown } | undefined {
  if (!JSON_START.test(text)) return undefined;
  try {
    return { value: JSON.parse(text.replace(/^\uFEFF/, '')) as unknown };
  } catch {
    return undefined;
  }
}

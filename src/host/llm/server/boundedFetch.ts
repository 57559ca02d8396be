/** More came than an answer can be. */
export class OversizeError extends Error {
  override readonly name = 'OversizeError';
}

/** In bytes: of one line of a stream, and of an answer that comes whole. */
export interface SizeLimits {
  readonly line: number;
  readonly body: number;
}

/** A list of a thousand models with descriptions has about two megabytes. */
const sizeLimits: SizeLimits = { line: 1 << 20, body: 4 << 20 };

const STREAM = /^\s*(?:text\/event-stream|application\/(?:x-)?(?:ndjson|jsonl|json-seq|stream\+json))/i;

const newline = 10;

/**
 * `fetch` that takes no more from a server than an answer can be: the client keeps a line until it ends, however long that is.
 * @param limits for tests
 */
export function boundedFetch(limits: SizeLimits = sizeLimits): typeof fetch {
  return async (input, init) => {
    // The global one, which VS Code has given its proxy and certificates, as it is at this moment.
    const response = await fetch(input, init);
    const { body, status, statusText, headers } = response;
    if (body === null) return response;
    // Whoever asks for a stream bounds it. Everything else, errors among it, is read whole by the client, whatever it says it is.
    const wantsStream = typeof init?.body === 'string' && init.body.includes('"stream":true');
    const isStream = response.ok && wantsStream && STREAM.test(headers.get('content-type') ?? '');
    return new Response(body.pipeThrough(isStream ? limitLines(limits.line) : limitBody(limits.body)), { status, statusText, headers });
  };
}

function limitLines(most: number): TransformStream<Uint8Array, Uint8Array> {
  let length = 0;
  return new TransformStream({
    transform(chunk, controller) {
      const end = chunk.lastIndexOf(newline);
      length = end < 0 ? length + chunk.length : chunk.length - end - 1;
      if (length > most) controller.error(new OversizeError(`a line of over ${most} bytes`));
      else controller.enqueue(chunk);
    },
  });
}

function limitBody(most: number): TransformStream<Uint8Array, Uint8Array> {
  let length = 0;
  return new TransformStream({
    transform(chunk, controller) {
      length += chunk.length;
      if (length > most) controller.error(new OversizeError(`over ${most} bytes`));
      else controller.enqueue(chunk);
    },
  });
}

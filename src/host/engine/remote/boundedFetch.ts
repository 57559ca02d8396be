/** More came than an answer can be. */
export class OversizeError extends Error {
  override readonly name = 'OversizeError';
}

/** In bytes: of one line of a stream, and of an answer that comes whole. */
export interface SizeLimits {
  readonly line: number;
  readonly body: number;
}

const sizeLimits: SizeLimits = { line: 1 << 20, body: 64 << 20 };

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
    const isStream = headers.get('content-type')?.startsWith('text/event-stream') ?? false;
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

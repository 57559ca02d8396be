import type { OpenAI } from 'openai';
import { findError } from '../reading/errorBody';
import { readStatus } from '../serverErrors';

export interface Sight {
  /** The answer; `undefined` where the server has no such path. */
  readonly said: unknown;
  /** The HTTP status; `undefined` where the server did not answer in time. */
  readonly status: number | undefined;
}

/** Asks for something that only one kind of server has. Never rejects, and is over in time. A body is sent by POST. */
export type Look = (path: string, body?: Readonly<Record<string, unknown>>) => Promise<Sight>;

/**
 * @param root address of the server without `/v1`
 * @param limit of each look, in milliseconds, the answer included
 */
export function lookAt(client: OpenAI, root: string, limit: number): Look {
  return async (path, body) => {
    const options = { timeout: limit, maxRetries: 0, signal: AbortSignal.timeout(limit) };
    const url = `${root}${path}`;
    try {
      const said = await (body === undefined ? client.get<unknown>(url, options) : client.post<unknown>(url, { ...options, body }));
      // LM Studio answers an unknown path by 200 and an error.
      return { said: findError(said) === undefined ? said : undefined, status: 200 };
    } catch (error) {
      return { said: undefined, status: readStatus(error) };
    }
  };
}

import * as v from 'valibot';
import type { Connection } from './connection';

/** llama-server's answer and vLLM's, each at `/tokenize`, which OpenAI's API has not. */
const counted = v.looseObject({ tokens: v.optional(v.array(v.unknown())), count: v.optional(v.number()) });

const LIMIT = 10_000;

/**
 * Tokens of each text by itself.
 * @throws where the server cannot tell
 */
export async function countRemotely({ client, server, llamaServer }: Connection, texts: readonly string[]): Promise<readonly number[]> {
  const root = llamaServer ?? client.baseURL.replace(/\/v1\/?$/, '');
  const count = async (text: string): Promise<number> => {
    const body = llamaServer === undefined ? { model: server.model, prompt: text, add_special_tokens: false } : { content: text };
    const answer = v.parse(counted, await client.post(`${root}/tokenize`, { body, timeout: LIMIT, maxRetries: 0 }));
    const tokens = answer.count ?? answer.tokens?.length;
    if (tokens === undefined) throw new Error('no count');
    return tokens;
  };
  return Promise.all(texts.map(count));
}

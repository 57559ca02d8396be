import type { MessageConnection } from 'vscode-jsonrpc/node';
import { methods, PROTOCOL_VERSION, type InitializeParams, type InitializeResult } from '../../../contract/rpc/workerMethods';
import { EngineError } from '../engineError';
import { errorDataOf } from '../engineFailures';

/**
 * Greets a worker that has just been started. Rejects with an {@link EngineError} where it refuses, and where it says nothing in time.
 * @param limit in milliseconds
 */
export async function shakeHands(connection: MessageConnection, clientVersion: string, limit = 20_000): Promise<InitializeResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${limit} ms`));
    }, limit);
  });
  try {
    const params: InitializeParams = { protocolVersion: PROTOCOL_VERSION, clientVersion };
    return await Promise.race([connection.sendRequest<InitializeResult>(methods.initialize, params), late]);
  } catch (error) {
    const data = errorDataOf(error);
    throw data ? new EngineError(data) : error;
  } finally {
    clearTimeout(timer);
  }
}

import type { MessageConnection } from 'vscode-jsonrpc/node';
import { methods, PROTOCOL_VERSION, type InitializeParams, type InitializeResult } from '../../../contract/rpc/workerMethods';
import { withTimeout } from '../../../util/timeout';
import { EngineError, errorDataOf } from '../engineFailures';

/**
 * Greets a worker that has just been started. Rejects with an {@link EngineError} where it refuses, and where it says nothing in time.
 * @param limit in milliseconds
 */
export async function shakeHands(connection: MessageConnection, clientVersion: string, limit = 20_000): Promise<InitializeResult> {
  const params: InitializeParams = { protocolVersion: PROTOCOL_VERSION, clientVersion };
  try {
    return await withTimeout(connection.sendRequest<InitializeResult>(methods.initialize, params), limit, () => {
      throw new Error(`no answer within ${limit} ms`);
    });
  } catch (error) {
    const data = errorDataOf(error);
    throw data ? new EngineError(data) : error;
  }
}

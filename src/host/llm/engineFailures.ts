import { ConnectionError, ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import type { EngineErrorData } from '../../contract/engineErrors';
import { workerDied } from './worker/deathCause';
import type { WorkerProcess } from './worker/workerProcess';

/** What a request ends in that comes after the engine was disposed, or is cut off by it. */
export const stopped: EngineErrorData = { kind: 'workerUnavailable', detail: 'stopped' };

/** An {@link EngineErrorData} as an exception. `message` is for logs. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  constructor(readonly data: EngineErrorData) {
    super(JSON.stringify(data));
  }
}

/** Why a request to `worker` failed. One that the worker did not answer was cut off by its end, wanted or not. */
export function failureOf(error: unknown, worker: WorkerProcess, disposed: boolean): EngineErrorData {
  const answer = errorDataOf(error);
  if (answer) return answer;
  if (worker.isStopping) return disposed ? stopped : { kind: 'restarted' };
  if (worker.exit !== undefined) return workerDied(worker.exit);
  const detail = messageOf(error);
  return isConnectionLoss(error) ? { kind: 'workerDied', detail } : { kind: 'internal', detail };
}

/** The error that a worker has answered with; `undefined` for any other. */
export function errorDataOf(error: unknown): EngineErrorData | undefined {
  return error instanceof ResponseError && isErrorData(error.data) ? error.data : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether the message did not get through: the channel closes a moment before the process is known to have ended. */
function isConnectionLoss(error: unknown): boolean {
  return error instanceof ConnectionError || (error instanceof ResponseError && error.code === ErrorCodes.MessageWriteError);
}

function isErrorData(data: unknown): data is EngineErrorData {
  return typeof data === 'object' && data !== null && 'kind' in data;
}

import type { EngineErrorData } from '../../contract/engineErrors';

/** An {@link EngineErrorData} as an exception. `message` is for logs. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  constructor(readonly data: EngineErrorData) {
    super(JSON.stringify(data));
  }
}

/** Why a model could not be loaded or a request not be served, as data; the handlers hand it on to the host. */
export type Failure =
  | { readonly kind: 'modelNotFound'; readonly path: string }
  | { readonly kind: 'modelBroken'; readonly path: string; readonly detail: string }
  | { readonly kind: 'outOfMemory'; readonly path: string; readonly neededBytes: number; readonly freeBytes: number }
  | { readonly kind: 'unsupportedArchitecture'; readonly path: string; readonly architecture: string }
  | { readonly kind: 'engineUnavailable'; readonly detail: string };

/** A {@link Failure} as an exception; `message` is for logs. */
export class EngineFailure extends Error {
  override readonly name = 'EngineFailure';
  constructor(readonly failure: Failure) {
    super(JSON.stringify(failure));
  }
}

export { PromptTooLongError } from '../../prompt/chat';

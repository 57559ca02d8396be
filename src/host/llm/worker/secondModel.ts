import type { LoadModelParams, ModelFacts } from '../../../contract/models';
import type { EngineErrorData } from '../../../contract/engineErrors';

/**
 * Keeps a model for ghost text out of the way whose loading has taken the worker with it: the chat's model is loaded without it, and writes
 * ghost text as well, as where the second model cannot be loaded in any other way.
 */
export class SecondModel {
  private loading: string | undefined;
  private failed: { readonly path: string; readonly error: EngineErrorData } | undefined;
  private isLeftOut = false;

  /** What to load, which is about to begin. */
  begin(model: LoadModelParams): LoadModelParams {
    const path = model.ghostText?.path;
    this.isLeftOut = path !== undefined && path === this.failed?.path;
    this.loading = this.isLeftOut ? undefined : path;
    if (!this.isLeftOut) return model;
    const alone: { -readonly [K in keyof LoadModelParams]: LoadModelParams[K] } = { ...model };
    delete alone.ghostText;
    return alone;
  }

  /**
   * The worker died while it loaded.
   * @returns whether to load once more, without the second model; if it was not that one's fault, the worker dies again
   */
  died(error: EngineErrorData): boolean {
    if (this.loading === undefined) return false;
    this.failed = { path: this.loading, error };
    return true;
  }

  /** The facts, with why there is no second model where that was left out. */
  loaded(facts: ModelFacts): ModelFacts {
    this.loading = undefined;
    return this.isLeftOut && this.failed ? { ...facts, ghostText: { kind: 'failed', error: this.failed.error } } : facts;
  }

  /** The next load tries it again. */
  forget(): void {
    this.failed = undefined;
  }
}

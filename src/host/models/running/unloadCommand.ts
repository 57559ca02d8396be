import { IdleUnload, type IdleUnloadDeps } from '../../llm/worker/idleUnload';
import { idleAfter } from '../../llm/idleWarmUp';
import type { ConfigService } from '../../services/configService';

/** Gives back the memory of a model that has not been asked for as long as the settings say. */
export function registerUnload(engine: IdleUnloadDeps['engine'], config: ConfigService): IdleUnload {
  return new IdleUnload({
    engine,
    limit: () => config.current['model.unloadAfterMinutes'] * 60_000,
    after: (milliseconds, action) => idleAfter(milliseconds)(action),
  });
}

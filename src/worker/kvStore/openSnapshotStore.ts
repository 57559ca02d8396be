import { join } from 'node:path';
import type { EngineLog } from '../model/loadModel';
import type { ParkingPlace } from '../session/snapshotPolicy';
import { SnapshotStore } from './snapshotStore';
import { libraryVersion } from '../model/llamaLibrary';

/** Lanes that are looked at while the weights load: as many as are taken up at once. */
const checkedAhead = 6;

export interface PlaceOptions {
  readonly folder: string;
  readonly maxBytes: number;
  readonly owner: string;
  readonly fingerprint: string;
  readonly contextTokens: number;
  readonly gpu: string;
  readonly log: EngineLog;
}

/**
 * The place where this model's lanes are parked, with the checksums of those checked that are likely to be taken up. `undefined` where
 * there can be none: then nothing outlives the worker, which is said in the log.
 */
export async function openPlace({ fingerprint, contextTokens, gpu, ...options }: PlaceOptions): Promise<ParkingPlace | undefined> {
  try {
    // KV states of llama.cpp differ between versions, devices and precisions; the cache is f16 throughout.
    const settings = JSON.stringify({
      contextTokens,
      gpu,
      kv: 'f16',
      library: await libraryVersion(),
      platform: [process.platform, process.arch],
    });
    const store = await SnapshotStore.open({ ...options, folder: join(options.folder, 'lanes'), identity: { fingerprint, settings } });
    await store.verify(store.entries.slice(0, checkedAhead).map(({ id }) => id));
    return store;
  } catch (error) {
    options.log('warn', `lanes cannot be parked: ${String(error)}`);
    return undefined;
  }
}

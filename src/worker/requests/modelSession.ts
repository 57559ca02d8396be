import type { SessionFacts } from '../../contract/sessionFacts';
import { openPlace } from '../kvStore/openSnapshotStore';
import { loadModel, type EngineLog, type LoadedModel, type LoadOptions } from '../model/loadModel';
import { Session, type Cleared } from '../session/session';
import { readSessionFacts } from '../session/sessionView';
import type { ParkingPlace } from '../session/snapshotPolicy';
import type { StepGate } from '../session/stepGate';
import { countTokens } from '../text/countTokens';
import { remember } from '../tuning/calibrationStore';

/** Longest that parked lanes are taken up at a load, and that lanes are parked at the end; milliseconds. */
const takeUpLimit = 2000;
export const closeLimit = 2500;

export interface ModelSessionOptions extends Omit<LoadOptions, 'folder' | 'onIdentified'> {
  readonly storage?: { readonly folder: string; readonly maxBytes: number; readonly owner: string } | undefined;
  /** Where the worker has another session. */
  readonly gate?: StepGate | undefined;
}

/** What is known of a model once it is ready. */
export type ReadyFacts = LoadedModel['facts'] & {
  readonly decodeThreads: number;
  readonly prefillTokensPerSecond: number;
  readonly calibrationMilliseconds: number;
  readonly restoreMilliseconds: number;
  readonly restoredTokens: number;
};

/** One loaded model and its session. */
export class ModelSession {
  private constructor(
    readonly loaded: LoadedModel,
    readonly session: Session,
    readonly facts: ReadyFacts,
    /** Whose parked lanes are its own; nobody's where nothing is parked. */
    private readonly owner: string | undefined,
    readonly log: EngineLog,
  ) {}

  /**
   * Loads a model and makes it ready: calibrated, and with the lanes that were parked last.
   * @throws EngineFailure for everything a user can do something about
   */
  static async load(options: ModelSessionOptions, onProgress: (fraction: number) => void, log: EngineLog): Promise<ModelSession> {
    const { storage, ...wanted } = options;
    const folder = storage?.folder;
    let place: Promise<ParkingPlace | undefined> = Promise.resolve(undefined);
    const onIdentified = (fingerprint: string): void => {
      if (storage) place = openPlace({ ...storage, fingerprint, contextTokens: options.contextTokens, gpu: options.gpu, log });
    };
    let loaded: LoadedModel | undefined;
    try {
      loaded = await loadModel({ ...wanted, folder, onIdentified }, onProgress, log);
      return await ModelSession.begin(loaded, await place, options, log);
    } catch (error) {
      await (await place)?.dispose();
      await loaded?.dispose();
      throw error;
    }
  }

  /** Measures, and takes parked lanes up. */
  private static async begin(
    loaded: LoadedModel,
    place: ParkingPlace | undefined,
    { storage, gate }: ModelSessionOptions,
    log: EngineLog,
  ): Promise<ModelSession> {
    const folder = storage?.folder;
    const started = performance.now();
    const lanes = Session.lanesOf(loaded);
    const { key, remembered, repackedBytes } = loaded;
    const calibration = await Session.calibrate(loaded, lanes, remembered?.calibration);
    if (folder !== undefined && (calibration !== remembered?.calibration || repackedBytes !== remembered.repackedBytes)) {
      await remember(folder, { key, calibration, repackedBytes });
    }
    const calibrated = performance.now();
    const session = new Session(loaded, lanes, { calibration, place, gate });
    const restoredTokens = await session.takeUp(takeUpLimit);
    const ready = performance.now();
    const facts: ReadyFacts = {
      ...loaded.facts,
      decodeThreads: calibration.decodeThreads,
      prefillTokensPerSecond: session.tuning.prefillTokensPerSecond,
      calibrationMilliseconds: calibrated - started,
      restoreMilliseconds: ready - calibrated,
      restoredTokens,
      loadMilliseconds: loaded.facts.loadMilliseconds + ready - started,
    };
    return new ModelSession(loaded, session, facts, storage?.owner, log);
  }

  /** The session as it is now. */
  get view(): SessionFacts {
    return readSessionFacts(this.session, this.owner);
  }

  get stepTime(): Session['stepTime'] {
    return this.session.stepTime;
  }

  /** Whether somebody is typing: steps are short then. */
  set typing(typing: boolean) {
    this.session.tuning.typing = typing;
  }

  /** Bytes of its weights and its lanes. */
  get takenBytes(): number {
    return this.loaded.takenBytes;
  }

  /** Tokens of each text by itself. */
  countTokens(texts: readonly string[]): Promise<readonly number[]> {
    return countTokens(texts, this.loaded.tokenizer);
  }

  /** Keeps what the lanes hold. @returns lanes that are kept now */
  park(): Promise<number> {
    return this.session.park();
  }

  /** Forgets what no request is using: lanes, and what is parked for this owner. */
  clear(): Promise<Cleared> {
    return this.session.clear();
  }

  /** Ends every request, parks what is worth it within so many milliseconds, and gives the memory back. */
  async dispose(limit = closeLimit): Promise<void> {
    await this.session.close(limit);
    await this.loaded.dispose();
  }
}

import type { Log } from '../../services/log';
import type { MemoryReading } from './deathCause';
import type { RememberedGpuFailure } from './gpuFailureMemory';
import type { WantedModels } from './loadPolicy';
import type { WorkerCommand } from './workerProcess';
import type { RestartPolicy } from './restartPolicy';
import type { WatchdogLimits } from './watchdog';

export interface EngineClientOptions {
  /** Asked at every start, so that changed settings count. */
  readonly command: () => WorkerCommand;
  readonly model: () => WantedModels;
  /** Awaited before a model is asked for that is about to be loaded: time to look up what is known of its file. Never rejects. */
  readonly prepareModel?: () => Promise<void>;
  readonly clientVersion: string;
  readonly log: Log;
  /** For messages of the worker itself. */
  readonly workerLog: Log;
  readonly policy?: RestartPolicy;
  readonly gpu?: RememberedGpuFailure;
  /** Time a worker gets for the handshake, in milliseconds. */
  readonly handshakeLimit?: number;
  readonly watchdog?: WatchdogLimits;
  readonly readMemory?: () => MemoryReading;
}

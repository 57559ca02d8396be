import type { Disposable } from '../../../util/event';
import type { PingResult } from '../../../contract/rpc/workerMethods';
import type { Log } from '../../services/log';
import { Watchdog, watchdogLimits, type Phase, type Verdict, type WatchdogLimits } from './watchdog';

/** As much of a worker as it takes to watch it. */
export interface Watched {
  ping(): Promise<PingResult>;
  noteMemory(): void;
}

export interface SupervisorOptions {
  readonly worker: Watched;
  readonly phase: () => Phase;
  readonly log: Log;
  readonly onResponding: (responding: boolean) => void;
  /** Told once; nothing is watched any more. */
  readonly onHung: () => void;
  readonly limits?: WatchdogLimits | undefined;
}

/** Watches one worker from its first model until disposed: pings it, says in the log what it finds, and tells who asked. */
export class Supervisor implements Disposable {
  private readonly watchdog: Watchdog;
  private readonly timer: NodeJS.Timeout;
  private responding = true;
  private phase: Phase = 'loading';

  constructor(private readonly options: SupervisorOptions) {
    const limits = options.limits ?? watchdogLimits;
    this.watchdog = new Watchdog(() => performance.now(), limits);
    this.timer = setInterval(() => {
      this.look();
    }, limits.interval);
  }

  dispose(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const phase = this.options.phase();
    if (phase !== this.phase) this.responding = true;
    this.phase = phase;
    const { verdict, ping } = this.watchdog.look(phase);
    if (ping) void this.ping();
    this.heed(verdict, phase);
  }

  private heed(verdict: Verdict, phase: Phase): void {
    const { log, onHung } = this.options;
    switch (verdict.kind) {
      case 'fine':
        if (!this.responding) log.info('the worker answers again');
        this.tell(true);
        return;
      case 'slow':
        if (this.responding) log.warn(`${accountOf(verdict)} (${phase})`);
        this.tell(false);
        return;
      case 'suspended':
        log.info(
          `the computer slept or the extension host stood still for ${seconds(verdict.milliseconds)} s: the worker gets all its time anew`,
        );
        return;
      case 'hung':
        log.error(`${accountOf(verdict)} (${phase}): it is ended`);
        this.dispose();
        onHung();
    }
  }

  private tell(responding: boolean): void {
    if (responding === this.responding) return;
    this.responding = responding;
    this.options.onResponding(responding);
  }

  private async ping(): Promise<void> {
    const { worker } = this.options;
    try {
      const result = await worker.ping();
      this.watchdog.answered(result);
      worker.noteMemory();
    } catch {
      // The connection is gone: the process's end is told elsewhere, or, where it has not ended, the silence will be noticed.
    }
  }
}

function accountOf({ why, milliseconds }: Extract<Verdict, { why: unknown }>): string {
  return why === 'silent'
    ? `the worker has not answered for ${seconds(milliseconds)} s`
    : `the worker has been in one step for ${seconds(milliseconds)} s`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

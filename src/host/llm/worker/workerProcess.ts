import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { WorkerDeath } from '../../../contract/engineErrors';
import { methods } from '../../../contract/rpc/workerMethods';
import { forkProcess, type ProcessCommand } from '../../services/childProcess';
import type { Log } from '../../services/log';
import { deathCause, type MemoryReading, type WorkerEnd } from './deathCause';

export type WorkerCommand = ProcessCommand;

/** Time a worker gets to end by itself, in milliseconds: one with lanes to park, for which it allows itself four seconds, and another. */
export const stopLimits = { parking: 5000, idle: 1500 } as const;

/** Lines of the worker's standard error that are told when it ends unexpectedly. */
const keptLines = 30;

/** Time for what a worker wrote last to be read after its exit, in milliseconds; its pipes may outlive it. */
const lastWordsLimit = 200;

/** A forked worker and the connection to it. */
export class WorkerProcess {
  readonly connection: MessageConnection;
  /** Resolves when the process is gone, or could not be started. */
  readonly gone: Promise<void>;
  private readonly child: ChildProcess;
  private readonly lastWords: string[] = [];
  private end: WorkerEnd | undefined;
  private stopping = false;
  private killedFor: WorkerDeath | undefined;
  private memory: MemoryReading | undefined;

  /** @param onExit called once, with what is known of the end; also when the process could not be started */
  constructor(
    command: WorkerCommand,
    private readonly log: Log,
    private readonly onExit: (end: WorkerEnd) => void,
    private readonly readMemory: () => MemoryReading,
  ) {
    const { child, connection } = forkProcess(command, 'pipe');
    this.child = child;
    this.connection = connection;
    this.keepOutput();
    this.connection.onError(([error]) => {
      log.debug(`connection: ${error.message}`);
    });
    this.gone = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        resolve();
        void this.afterLastWords().then(() => {
          this.settle(signal ? `signal ${signal}` : `exit code ${String(code)}`, signal);
        });
      });
      this.child.once('error', (error) => {
        if (this.child.pid === undefined) resolve();
        this.settle(error.message, null);
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** How the worker ended; undefined while it runs. Known before its pending requests are rejected. */
  get exit(): WorkerEnd | undefined {
    return this.end;
  }

  /** Whether the worker's end is wanted. */
  get isStopping(): boolean {
    return this.stopping;
  }

  /** Notes how memory stands while the worker lives: evidence for when it no longer does. */
  noteMemory(): void {
    this.memory = this.readMemory();
  }

  /**
   * Rejects pending requests, asks the worker to end, and kills it if it has not by then.
   * @param limit time to end by itself, in milliseconds
   */
  stop(limit: number): void {
    if (this.stopping || this.end !== undefined) return;
    this.stopping = true;
    void this.shutDown();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), limit);
    this.child.once('exit', () => {
      clearTimeout(timer);
    });
  }

  /** Ends the worker at once, one that is stopped too; its requests then fail with `cause`. */
  kill(cause: WorkerDeath): void {
    this.killedFor = cause;
    this.child.kill('SIGKILL');
  }

  private keepOutput(): void {
    const { child, lastWords, log } = this;
    if (child.stdout) createInterface({ input: child.stdout }).on('line', log.debug);
    if (child.stderr) {
      createInterface({ input: child.stderr }).on('line', (line) => {
        log.debug(line);
        lastWords.push(line);
        if (lastWords.length > keptLines) lastWords.shift();
      });
    }
    // Not at its exit: what it wrote is read to the end only now.
    child.once('close', () => {
      if (!this.stopping && lastWords.length > 0) log.error(`the worker's last words:\n${lastWords.join('\n')}`);
    });
  }

  /** Settles when the worker's output has been read to its end, or has had its time. */
  private afterLastWords(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, lastWordsLimit);
      this.child.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private settle(detail: string, signal: string | null): void {
    if (this.end !== undefined) return;
    const { killedFor, lastWords, memory } = this;
    const cause = this.stopping ? undefined : deathCause({ signal, killedFor, lastWords, before: memory, after: this.readMemory() });
    this.end = { detail, ...(cause === undefined ? {} : { cause }) };
    // Rejects every pending request, so that each settles.
    this.connection.dispose();
    this.onExit(this.end);
  }

  private async shutDown(): Promise<void> {
    try {
      await this.connection.sendNotification(methods.shutdown);
    } catch {
      // It is ending already.
    }
    this.connection.dispose();
  }
}

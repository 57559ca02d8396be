import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter, type MessageConnection } from 'vscode-jsonrpc/node';
import { methods } from '../../protocol/worker';
import type { Log } from '../services/log';

export interface WorkerCommand {
  /** The worker's script. */
  readonly script: string;
  /** Executable to run it with; empty for the one the host runs in. */
  readonly runtime: string;
}

/** Time a worker gets to end by itself, in milliseconds. */
const shutdownLimit = 1500;

/** Lines of the worker's standard error that are told when it ends unexpectedly. */
const keptLines = 30;

/** A forked worker and the connection to it. */
export class WorkerProcess {
  readonly connection: MessageConnection;
  private readonly child: ChildProcess;
  private exit: string | undefined;
  private stopping = false;

  /** @param onExit called once, with what is known of the end; also when the process could not be started */
  constructor(command: WorkerCommand, log: Log, onExit: (detail: string) => void) {
    this.child = fork(command.script, [], {
      ...(command.runtime === '' ? {} : { execPath: command.runtime }),
      env: workerEnvironment(),
      execArgv: [],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'json',
    });
    const lastWords: string[] = [];
    if (this.child.stdout) createInterface({ input: this.child.stdout }).on('line', log.debug);
    if (this.child.stderr) {
      createInterface({ input: this.child.stderr }).on('line', (line) => {
        log.debug(line);
        lastWords.push(line);
        if (lastWords.length > keptLines) lastWords.shift();
      });
    }
    // Not at its exit: what it wrote is read to the end only now.
    this.child.once('close', () => {
      if (!this.stopping && lastWords.length > 0) log.error(`the worker's last words:\n${lastWords.join('\n')}`);
    });
    this.connection = createMessageConnection(new IPCMessageReader(this.child), new IPCMessageWriter(this.child));
    this.connection.onError(([error]) => {
      log.debug(`connection: ${error.message}`);
    });
    const end = (detail: string): void => {
      if (this.exit !== undefined) return;
      this.exit = detail;
      // Rejects every pending request, so that each settles.
      this.connection.dispose();
      onExit(detail);
    };
    this.child.once('exit', (code, signal) => {
      end(signal ? `signal ${signal}` : `exit code ${String(code)}`);
    });
    this.child.once('error', (error) => {
      end(error.message);
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** How the worker ended; undefined while it runs. Known before its pending requests are rejected. */
  get exitDetail(): string | undefined {
    return this.exit;
  }

  /** Whether the worker's end is wanted. */
  get isStopping(): boolean {
    return this.stopping;
  }

  /** Rejects pending requests, asks the worker to end, and kills it if it has not within {@link shutdownLimit}. */
  stop(): void {
    if (this.stopping || this.exit !== undefined) return;
    this.stopping = true;
    void this.shutDown();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), shutdownLimit);
    this.child.once('exit', () => {
      clearTimeout(timer);
    });
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

/**
 * The host's environment without what would change the worker's behaviour: options meant for the extension host, and Electron's, but
 * for the one that makes an Electron executable behave as Node.
 */
function workerEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$|NODE_LLAMA_CPP_)/.test(name));
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1' };
}

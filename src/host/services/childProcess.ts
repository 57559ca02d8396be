import { fork, type ChildProcess } from 'node:child_process';
import { createMessageConnection, IPCMessageReader, IPCMessageWriter, type MessageConnection } from 'vscode-jsonrpc/node';

export interface ProcessCommand {
  readonly script: string;
  /** Executable to run the script with; empty for the one the host runs in. */
  readonly runtime: string;
}

export interface ForkedProcess {
  readonly child: ChildProcess;
  /** Not listening yet. */
  readonly connection: MessageConnection;
}

/**
 * Forks a process of Paddock's own that talks JSON-RPC over its IPC channel. Its standard error is a pipe.
 * @param stdout `pipe` where its standard output is read as well
 */
export function forkProcess({ script, runtime }: ProcessCommand, stdout: 'pipe' | 'ignore'): ForkedProcess {
  const child = fork(script, [], {
    ...(runtime === '' ? {} : { execPath: runtime }),
    env: workerEnvironment(),
    execArgv: [],
    stdio: ['ignore', stdout, 'pipe', 'ipc'],
    serialization: 'json',
  });
  return { child, connection: createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child)) };
}

/**
 * The host's environment without what would change the worker's behaviour: options meant for the extension host, and Electron's, but
 * for the one that makes an Electron executable behave as Node.
 *
 * With one thread in libuv's pool all of llama.cpp's work is done on the same one, between which and the threads that it starts itself
 * the cores then stay shared out. Where four threads take turns a small model decodes 25 to 40% slower on two cores.
 */
export function workerEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$|NODE_LLAMA_CPP_)/.test(name));
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1', UV_THREADPOOL_SIZE: '1' };
}

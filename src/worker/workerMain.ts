import { createMessageConnection, IPCMessageReader, IPCMessageWriter } from 'vscode-jsonrpc/node';
import { methods } from '../contract/rpc/workerMethods';
import { TemplateThread } from './templates/templateThread';
import { Handlers } from './rpcHandlers';

/** Longest that the worker takes to end, in milliseconds; the host waits longer before it kills. */
const endLimit = 4000;

/** The worker's root: one connection to the host that forked it, and an end when that host is gone. */
function main(): void {
  const connection = createMessageConnection(new IPCMessageReader(process), new IPCMessageWriter(process));
  const handlers = new Handlers(connection, new TemplateThread(new URL('renderTemplates.mjs', import.meta.url)));
  handlers.register();
  const end = (): void => {
    // Disposing waits for a step in flight and parks lanes; a host that has gone must not leave a process that goes on for long.
    setTimeout(() => process.exit(0), endLimit).unref();
    void handlers.dispose().finally(() => process.exit(0));
  };
  connection.onNotification(methods.shutdown, end);
  connection.onClose(end);
  process.once('disconnect', end);
  connection.listen();
}

main();

import { parentPort } from 'node:worker_threads';
import { CompiledRenderer } from '../../prompt/template/templateRenderer';
import { THREAD_READY, type RenderJob, type RenderReply } from './templateThread';

/** The script of {@link file://./templateThread.ts}'s thread. */
function main(): void {
  const port = parentPort;
  if (!port) return;
  const renderer = new CompiledRenderer();
  port.on('message', ({ id, source, variables }: RenderJob) => {
    port.postMessage({ id, outcome: renderer.render(source, variables) } satisfies RenderReply);
  });
  port.postMessage(THREAD_READY);
}

main();

import { Worker } from 'node:worker_threads';
import type { RenderOutcome, TemplateRenderer, TemplateVariables } from '../../prompt/template/templateRenderer';

export interface RenderJob {
  readonly id: number;
  readonly source: string;
  readonly variables: TemplateVariables;
}

export interface RenderReply {
  readonly id: number;
  readonly outcome: RenderOutcome;
}

/** The thread's first message, once it can take jobs. */
export const THREAD_READY = 'ready';

const TICK_MILLISECONDS = 100;

/**
 * Ticks that a rendering may take: 2 s, where the host ends a worker that is silent for 10 s and published templates take 40 ms. The limit on
 * steps ends nearly all others within 1 s. A process that is suspended or starved has no ticks, so its template is not blamed.
 */
const RENDER_TICKS = 20;

/** Ticks that the thread may take to start. */
const START_TICKS = 100;

/** Megabytes. A template of 64 KB and all that it may make take a tenth. */
const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16, codeRangeSizeMb: 16, stackSizeMb: 4 };

/** Calls back at each tick until the returned function is called. */
export type Ticker = (onTick: () => void) => () => void;

const timer: Ticker = (onTick) => {
  const interval = setInterval(onTick, TICK_MILLISECONDS);
  return () => {
    clearInterval(interval);
  };
};

/**
 * Renders chat templates in a thread that is ended when a template takes too long or too much memory. The thread starts with the first template and
 * stays; after its end the next template starts another one.
 */
export class TemplateThread implements TemplateRenderer {
  private thread: Promise<Worker> | undefined;
  /** The thread from its very beginning on, so that it can be ended before it has started. */
  private worker: Worker | undefined;
  private previous: Promise<unknown> = Promise.resolve();
  private lastId = 0;
  /** Threads that were ended while they may have been at work. */
  private readonly disposed = new WeakSet<Worker>();

  /** @param script the bundle of {@link file://./renderTemplates.ts} */
  constructor(
    private readonly script: URL,
    private readonly ticker: Ticker = timer,
  ) {}

  render(source: string, variables: TemplateVariables): Promise<RenderOutcome> {
    const outcome = this.previous.then(() => this.renderNow(source, variables));
    this.previous = outcome;
    return outcome;
  }

  async dispose(): Promise<void> {
    const { worker } = this;
    this.thread = undefined;
    this.worker = undefined;
    if (worker !== undefined) this.disposed.add(worker);
    await worker?.terminate();
  }

  private async renderNow(source: string, variables: TemplateVariables): Promise<RenderOutcome> {
    let thread: Worker;
    const starting = (this.thread ??= this.start());
    try {
      thread = await starting;
    } catch (error) {
      if (this.thread === starting) this.thread = undefined;
      const reason = error instanceof Error ? error.message : String(error);
      return { refusal: `its thread does not start: ${reason}`, isFinal: false, isTransient: true };
    }
    const id = ++this.lastId;
    try {
      const reply = await this.await<RenderReply>(thread, RENDER_TICKS, () => {
        thread.postMessage({ id, source, variables } satisfies RenderJob);
      });
      return reply.outcome;
    } catch (error) {
      if (this.disposed.has(thread)) return { refusal: 'its thread was ended', isFinal: false, isTransient: true };
      await this.dispose();
      const refusal =
        error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'it takes too much memory' : String(error);
      return { refusal: error instanceof ThreadTimeout ? error.message : refusal, isFinal: true };
    }
  }

  private async start(): Promise<Worker> {
    const thread = new Worker(this.script, { name: 'chat templates', env: {}, execArgv: [], resourceLimits });
    this.worker = thread;
    // A thread must not keep the process.
    thread.unref();
    // An error between two renderings must not end the process; the next rendering finds that the thread is gone.
    thread.on('error', () => undefined);
    thread.once('exit', () => {
      // Another one may have been started since.
      if (this.worker !== thread) return;
      this.thread = undefined;
      this.worker = undefined;
    });
    try {
      await this.await(thread, START_TICKS, () => undefined);
      return thread;
    } catch (error) {
      await thread.terminate();
      throw error;
    }
  }

  /** The thread's next message. Rejects when the thread ends or says nothing for so many ticks. */
  private await<T>(thread: Worker, ticks: number, begin: () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      let left = ticks;
      const stop = this.ticker(() => {
        if (--left === 0)
          settle(() => {
            reject(new ThreadTimeout('it takes too long'));
          });
      });
      const settle = (act: () => void): void => {
        stop();
        thread.off('message', onMessage);
        thread.off('error', onError);
        thread.off('exit', onExit);
        act();
      };
      const onMessage = (message: T): void => {
        settle(() => {
          resolve(message);
        });
      };
      const onError = (error: Error): void => {
        settle(() => {
          reject(error);
        });
      };
      const onExit = (): void => {
        settle(() => {
          reject(new Error('its thread ended'));
        });
      };
      thread.on('message', onMessage);
      thread.on('error', onError);
      thread.on('exit', onExit);
      begin();
    });
  }
}

class ThreadTimeout extends Error {
  override readonly name = 'ThreadTimeout';
}

import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import type { Disposable } from '../../../util/event';
import { writeAtomicallySync } from '../../../util/node/atomicWrite';
import type { Log } from '../../services/log';
import type { Memento } from '../../services/memento';

const schema = v.record(v.string(), v.unknown());
/** Shortest time between two writes, in milliseconds. */
const INTERVAL = 200;

/**
 * A memory in a file of its own, written soon after each change. VS Code's `Memento` hands a change to the window, which writes it when it
 * likes: in a browser, a window that was reloaded right after was seen to have forgotten which conversation was open.
 */
export class FileMemory implements Memento, Disposable {
  private readonly values: Record<string, unknown>;
  private timer: NodeJS.Timeout | undefined;

  /** @param file created with its folder when first written to; one that cannot be read is as none */
  constructor(
    private readonly file: string,
    private readonly log: Log,
  ) {
    this.values = read(file);
  }

  get(key: string): unknown {
    return this.values[key];
  }

  update(key: string, value: unknown): Promise<void> {
    this.values[key] = value;
    this.timer ??= setTimeout(() => {
      this.write(false);
    }, INTERVAL);
    return Promise.resolve();
  }

  /** Writes what is left at once: VS Code does not wait for promises when it goes. */
  dispose(): void {
    if (this.timer !== undefined) this.write(true);
  }

  /** A few hundred bytes, of which a crash leaves the old or the new ones. */
  private write(flush: boolean): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    try {
      mkdirSync(path.dirname(this.file), { recursive: true });
      writeAtomicallySync(this.file, JSON.stringify(this.values), { flush });
    } catch (error) {
      this.log.error(`${path.basename(this.file)} not written: ${String(error)}`);
    }
  }
}

function read(file: string): Record<string, unknown> {
  try {
    const { success, output } = v.safeParse(schema, JSON.parse(readFileSync(file, 'utf8')));
    return success ? output : {};
  } catch {
    return {};
  }
}

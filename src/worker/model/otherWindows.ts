import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { isAlive } from '../../util/node/process';

/** A worker of another window, and what its model takes. */
export interface Neighbour {
  readonly pid: number;
  readonly bytes: number;
}

const schema = v.object({ bytes: v.pipe(v.number(), v.minValue(0)) });

/** Each window has a worker of its own; they tell each other by files named after their processes what memory they hold. */
export class Neighbours {
  private readonly folder: string;

  /** @param folder shared by the windows of one user */
  constructor(folder: string) {
    this.folder = join(folder, 'workers');
  }

  /** The others that are alive. What dead ones left is removed. */
  async others(): Promise<readonly Neighbour[]> {
    const names = await readdir(this.folder).catch(() => []);
    const found: Neighbour[] = [];
    for (const name of names) {
      const pid = Number(/^(\d+)\.json$/.exec(name)?.[1]);
      if (!Number.isSafeInteger(pid) || pid === process.pid) continue;
      const file = join(this.folder, name);
      if (!isAlive(pid)) await rm(file, { force: true }).catch(() => undefined);
      else found.push({ pid, bytes: await bytesIn(file) });
    }
    return found;
  }

  /** Says what this worker holds. That others cannot be told is no reason not to work. */
  async announce(bytes: number): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true });
      await writeFile(this.own, JSON.stringify({ bytes }));
    } catch {
      await this.leave();
    }
  }

  async leave(): Promise<void> {
    await rm(this.own, { force: true }).catch(() => undefined);
  }

  private get own(): string {
    return join(this.folder, `${String(process.pid)}.json`);
  }
}

async function bytesIn(file: string): Promise<number> {
  try {
    const { success, output } = v.safeParse(schema, JSON.parse(await readFile(file, 'utf8')));
    return success ? output.bytes : 0;
  } catch {
    return 0;
  }
}

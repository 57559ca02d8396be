import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeAtomically } from '../../util/node/atomicWrite';
import { sweepTemporaries } from '../../util/node/privateFolder';
import type { Calibration } from './calibrate';
import type { ThreadLimits } from '../model/threadLimits';

/** What is remembered of a model on this machine, from one load to the next. */
const schema = v.object({
  version: v.literal(2),
  key: v.string(),
  calibration: v.object({
    decodeThreads: v.pipe(v.number(), v.integer(), v.minValue(1)),
    smallThreads: v.pipe(v.number(), v.integer(), v.minValue(1)),
    wakeThreads: v.pipe(v.number(), v.integer(), v.minValue(1)),
    steps: v.array(v.tuple([v.pipe(v.number(), v.integer(), v.minValue(1)), v.pipe(v.number(), v.minValue(0))])),
    growth: v.object({ untiled: v.pipe(v.number(), v.minValue(0)), tiled: v.pipe(v.number(), v.minValue(0)) }),
    copyMilliseconds: v.pipe(v.number(), v.minValue(0)),
  }),
  repackedBytes: v.pipe(v.number(), v.minValue(0)),
});

export type Remembered = Readonly<v.InferOutput<typeof schema>>;

/** Everything that measurements depend on. */
export interface Circumstances {
  readonly fingerprint: string;
  readonly libraryVersion: string;
  readonly gpu: string | false;
  readonly threads: number;
  readonly limits: ThreadLimits;
}

/** Names circumstances; a difference in any gives another name. */
export function keyOf(circumstances: Circumstances): string {
  const machine = cpus()[0]?.model ?? '';
  return createHash('sha256')
    .update(JSON.stringify([circumstances, machine]))
    .digest('hex')
    .slice(0, 32);
}

/** What was measured under these circumstances before; `undefined` where nothing was or it cannot be read. */
export async function recall(folder: string, key: string): Promise<Remembered | undefined> {
  try {
    const { success, output } = v.safeParse(schema, JSON.parse(await readFile(fileOf(folder, key), 'utf8')));
    return success && output.key === key ? output : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps it, whole or not at all. A folder that cannot be written costs a calibration at the next load and nothing else. */
export async function remember(
  folder: string,
  record: { readonly key: string; readonly calibration: Calibration; readonly repackedBytes: number },
): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    await writeAtomically(fileOf(folder, record.key), JSON.stringify({ version: 2, ...record }));
    await sweepTemporaries(folder);
  } catch {
    // The next load calibrates again.
  }
}

function fileOf(folder: string, key: string): string {
  return join(folder, `calibration-${key}.json`);
}

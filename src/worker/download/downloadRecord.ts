import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { writeAtomically } from '../../util/node/atomicWrite';

/** What stands beside a download's files, for the process that resumes it and for the host, which lists downloads by it. */
export const recordName = 'download.json';

const fileSchema = v.object({
  name: v.string(),
  bytes: v.number(),
  sha256: v.optional(v.string()),
  etag: v.optional(v.string()),
});

const schema = v.object({
  version: v.literal(1),
  source: v.unknown(),
  /** As the server had them when the download began. */
  files: v.array(fileSchema),
  /** Received, of all. */
  bytes: v.number(),
  total: v.number(),
  finished: v.boolean(),
});

export type DownloadRecord = v.InferOutput<typeof schema>;
export type FileRecord = v.InferOutput<typeof fileSchema>;

/** `undefined` where there is none that can be read. */
export async function readRecord(folder: string): Promise<DownloadRecord | undefined> {
  try {
    const { success, output } = v.safeParse(schema, JSON.parse(await readFile(join(folder, recordName), 'utf8')));
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}

/** Needs the folder's lock, so that there is one writer at a time. */
export async function writeRecord(folder: string, record: DownloadRecord): Promise<void> {
  const path = join(folder, recordName);
  // Flushed: a loss of power would leave gigabytes that no list names.
  await writeAtomically(path, JSON.stringify(record), { flush: true, temporary: `${path}.new` });
}

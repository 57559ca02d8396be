import { chmod, mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { preparePrivateFolder, preparePrivateFolderSync, sweepTemporaries } from '../../../../src/util/node/privateFolder';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paddock-private-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe.skipIf(process.platform === 'win32').each([
  ['preparePrivateFolder', preparePrivateFolder],
  [
    'preparePrivateFolderSync',
    (path: string): Promise<void> => {
      preparePrivateFolderSync(path);
      return Promise.resolve();
    },
  ],
])('%s', (_, prepare) => {
  const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

  it('creates a folder, with those above it, that only the user can open', async () => {
    const path = join(folder, 'a', 'b');
    await prepare(path);
    expect([await modeOf(join(folder, 'a')), await modeOf(path)]).toEqual([0o700, 0o700]);
  });

  it('closes a folder that others could open, and keeps what is in it', async () => {
    const path = join(folder, 'open');
    await mkdir(path);
    await chmod(path, 0o755);
    await writeFile(join(path, 'a.json'), 'a');
    await prepare(path);
    expect(await modeOf(path)).toBe(0o700);
    expect(await readdir(path)).toEqual(['a.json']);
  });
});

describe('sweepTemporaries', () => {
  const left = 'a.json.0f0e0d0c-1111-4222-8333-444455556666.tmp';
  const leftByFirstVersion = 'd.json.99999-0.tmp';

  async function put(name: string, ageMinutes: number): Promise<void> {
    const path = join(folder, name);
    await writeFile(path, 'x');
    const then = Date.now() / 1000 - ageMinutes * 60;
    await utimes(path, then, then);
  }

  it('deletes what crashes left an hour ago or earlier, of this version and the first', async () => {
    for (const name of [left, leftByFirstVersion]) await put(name, 61);
    expect(await sweepTemporaries(folder)).toBe(2);
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps a file that another window may be writing', async () => {
    await put(left, 59);
    expect(await sweepTemporaries(folder)).toBe(0);
    expect(await readdir(folder)).toEqual([left]);
  });

  it('keeps everything else, however old', async () => {
    const names = ['a.json', 'notes.tmp', 'model.gguf.ipull', `${left}.txt`];
    for (const name of names) await put(name, 10_000);
    await mkdir(join(folder, `b${left}`));
    expect(await sweepTemporaries(folder)).toBe(0);
    expect((await readdir(folder)).sort()).toEqual([...names, `b${left}`].sort());
  });

  it('finds nothing in a folder that is missing', async () => {
    expect(await sweepTemporaries(join(folder, 'none'))).toBe(0);
  });
});

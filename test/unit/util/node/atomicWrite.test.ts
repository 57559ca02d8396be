import { mkdtemp, open, readdir, readFile, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeAtomically, writeAtomicallySync } from '../../../../src/util/node/atomicWrite';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paddock-atomic-'));
  file = join(folder, 'a.json');
  await writeFile(file, 'old');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('writeAtomically', () => {
  it.each([true, false])('replaces the content and leaves no other file (flush: %s)', async (flush) => {
    await writeAtomically(file, 'new', { flush });
    expect(await readFile(file, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['a.json']);
  });

  it('keeps the old content until the rename', async () => {
    const commit = async (temporary: string): Promise<void> => {
      expect(await readFile(temporary, 'utf8')).toBe('new');
      expect(await readFile(file, 'utf8')).toBe('old');
    };
    await writeAtomically(file, 'new', { commit });
    expect(await readFile(file, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a.json']);
  });

  it('overwrites what a crash left under a fixed temporary name', async () => {
    const temporary = `${file}.new`;
    await writeFile(temporary, 'a long rest of an earlier write');
    await writeAtomically(file, 'new', { temporary });
    expect(await readFile(file, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['a.json']);
  });

  it('rejects, keeps the old content and deletes the temporary file where the rename fails', async () => {
    const failing = writeAtomically(file, 'new', { commit: () => Promise.reject(new Error('locked')) });
    await expect(failing).rejects.toThrow('locked');
    expect(await readFile(file, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a.json']);
  });

  it('waits for the content, and then for its name', async () => {
    const handle = await open(file);
    const prototype = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
    const order: string[] = [];
    const synced = vi.spyOn(prototype, 'sync').mockImplementation(async function (this: FileHandle) {
      order.push((await this.stat()).isDirectory() ? 'folder' : 'file');
    });
    const commit = (): Promise<void> => {
      order.push('commit');
      return Promise.resolve();
    };
    await writeAtomically(file, 'new', { flush: true, commit });
    await writeAtomically(file, 'new');
    synced.mockRestore();
    expect(order).toEqual(['file', 'commit', 'folder']);
  });

  it.skipIf(process.platform === 'win32')('writes files that only the user can read', async () => {
    for (const name of ['b.json', 'c.json']) await writeAtomically(join(folder, name), 'new', { flush: name === 'c.json' });
    writeAtomicallySync(join(folder, 'd.json'), 'new');
    for (const name of ['b.json', 'c.json', 'd.json']) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  it('rejects where there is no folder', async () => {
    await expect(writeAtomically(join(folder, 'none', 'a.json'), 'new')).rejects.toThrow('ENOENT');
  });

  it('leaves one whole content where many write at once', async () => {
    const contents = Array.from({ length: 20 }, (_, index) => String(index).repeat(10_000));
    await Promise.all(contents.map((content) => writeAtomically(file, content)));
    expect(contents).toContain(await readFile(file, 'utf8'));
    expect(await readdir(folder)).toEqual(['a.json']);
  });
});

describe('writeAtomicallySync', () => {
  it.each([true, false])('replaces the content and leaves no other file (flush: %s)', async (flush) => {
    writeAtomicallySync(file, 'new', { flush });
    expect(await readFile(file, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['a.json']);
  });

  it('throws, keeps the old content and deletes the temporary file where the rename fails', async () => {
    const fail = (): void => {
      throw new Error('locked');
    };
    expect(() => {
      writeAtomicallySync(file, 'new', { commit: fail });
    }).toThrow('locked');
    expect(await readFile(file, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['a.json']);
  });
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileWriter } from '../../../../src/worker/download/fileWriter';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paddock-writer-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('the writer', () => {
  it('puts pieces where they belong, in the order in which it is told to', async () => {
    const path = join(folder, 'file');
    const writer = new FileWriter(path, (error) => {
      throw error;
    });
    void writer.write(4, Buffer.from('efgh'));
    void writer.write(0, Buffer.from('abcd'));
    void writer.write(2, Buffer.from('--'));
    await writer.flushed();
    expect(await readFile(path, 'utf8')).toBe('ab--efgh');
    await writer.close();
  });

  it('writes nothing after a failure, and reports it once', async () => {
    const failures: unknown[] = [];
    const writer = new FileWriter(join(folder, 'nosuch', 'file'), (error) => failures.push(error));
    await Promise.all([writer.write(0, Buffer.from('a')), writer.write(1, Buffer.from('b'))]);
    expect(failures).toEqual([expect.objectContaining({ code: 'ENOENT' })]);
    await writer.close();
  });

  it('writes nothing after it was closed', async () => {
    const path = join(folder, 'file');
    const writer = new FileWriter(path, () => undefined);
    await writer.write(0, Buffer.from('a'));
    await writer.close();
    await writer.write(1, Buffer.from('b'));
    expect(await readFile(path, 'utf8')).toBe('a');
  });

  it('has no room while much is waiting', async () => {
    const writer = new FileWriter(join(folder, 'file'), () => undefined);
    const megabyte = Buffer.alloc(1024 * 1024);
    const order: string[] = [];
    const last = Array.from({ length: 40 }, (_, index) => writer.write(index * megabyte.length, megabyte)).at(-1);
    await Promise.all([writer.room().then(() => order.push('room')), last?.then(() => order.push('written'))]);
    expect(order.sort()).toEqual(['room', 'written']);
    await writer.close();
  });
});

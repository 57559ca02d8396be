import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FileMemory } from '../../../../../src/host/chat/store/fileMemory';
import { ChatMemory } from '../../../../../src/host/chat/store/chatMemory';
import { FakeLog } from '../chatFakes';

describe('FileMemory', () => {
  let folder: string;
  const file = (): string => path.join(folder, 'deep', 'memory.json');
  const open = (): FileMemory => new FileMemory(file(), new FakeLog());

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'paddock-memory-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('restores every value after a restart, also the last one', () => {
    const before = open();
    const chat = new ChatMemory(before);
    chat.conversationId = 'a';
    chat.draft = 'half a ques';
    before.dispose();
    const after = new ChatMemory(open());
    expect([after.conversationId, after.draft]).toEqual(['a', 'half a ques']);
    const cleared = open();
    new ChatMemory(cleared).draft = '';
    cleared.dispose();
    expect(new ChatMemory(open()).draft).toBe('');
  });

  it('writes a value after a short delay', async () => {
    const memory = open();
    await memory.update('key', 1);
    await vi.waitFor(async () => {
      expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({ key: 1 });
    });
    memory.dispose();
  });

  it.each(['', '{', '[]', 'null'])('starts empty for the file content %j and writes nothing until the first update', async (text) => {
    const plain = path.join(folder, 'memory.json');
    await writeFile(plain, text);
    const memory = new FileMemory(plain, new FakeLog());
    expect(memory.get('key')).toBeUndefined();
    memory.dispose();
    expect(await readFile(plain, 'utf8')).toBe(text);
  });

  it('logs a failed write and continues', async () => {
    await writeFile(path.join(folder, 'deep'), '');
    const log = new FakeLog();
    const memory = new FileMemory(file(), log);
    await memory.update('key', 1);
    memory.dispose();
    expect(memory.get('key')).toBe(1);
    expect(log.lines).toHaveLength(1);
  });
});

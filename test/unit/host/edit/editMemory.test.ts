import { describe, expect, it } from 'vitest';
import { EditMemory } from '../../../../src/host/edit/editMemory';
import { FakeMemory } from '../chat/chatFakes';

const snapshot = { lines: ['a'], kinds: ['added' as const] };

describe('EditMemory', () => {
  it('restores edits in a new window until none is left', () => {
    const memento = new FakeMemory();
    const memory = new EditMemory(memento);
    memory.set('file:///a', [snapshot]);
    memory.set('file:///b', []);
    expect(new EditMemory(memento).get('file:///a')).toEqual([snapshot]);
    expect(new EditMemory(memento).get('file:///b')).toEqual([]);
    memory.set('file:///a', []);
    expect(memento.values.get('paddock.edits')).toBeUndefined();
  });

  it('drops the oldest files and unreadable entries', () => {
    const memento = new FakeMemory();
    const memory = new EditMemory(memento);
    for (let index = 0; index < 30; index++) memory.set(`file:///${index}`, [snapshot]);
    const later = new EditMemory(memento);
    expect(later.get('file:///0')).toEqual([]);
    expect(later.get('file:///29')).toEqual([snapshot]);
    memento.values.set('paddock.edits', { 'file:///x': 'nonsense' });
    expect(new EditMemory(memento).get('file:///x')).toEqual([]);
  });
});

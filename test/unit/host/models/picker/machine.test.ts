import { describe, expect, it } from 'vitest';
import type { Memento } from '../../../../../src/host/services/memento';
import { bandwidth, learnBandwidth, measureBandwidth, readMachine } from '../../../../../src/host/models/picker/machine';

class FakeMemory implements Memento {
  readonly kept = new Map<string, unknown>();

  get(key: string): unknown {
    return this.kept.get(key);
  }

  update(key: string, value: unknown): Promise<void> {
    this.kept.set(key, value);
    return Promise.resolve();
  }
}

describe('the machine', () => {
  it('reads memory at a rate that a computer can have', async () => {
    const rate = await measureBandwidth(1);
    expect(rate).toBeGreaterThan(1e8);
    expect(rate).toBeLessThan(1e12);
  });

  it('is measured three times, of which the best counts, as other programs may have been busy', async () => {
    const memory = new FakeMemory();
    const rates = [20e9, 40e9, 10e9, 90e9];
    const measure = (): Promise<number> => Promise.resolve(rates.shift() ?? 0);
    expect(await bandwidth(memory, measure)).toBe(20e9);
    expect(await bandwidth(memory, measure)).toBe(40e9);
    expect(await bandwidth(memory, measure)).toBe(40e9);
    expect(await bandwidth(memory, measure)).toBe(40e9);
    expect(rates).toEqual([90e9]);
  });

  it('is measured anew when what is remembered is of another processor, or is nonsense', async () => {
    const memory = new FakeMemory();
    await bandwidth(memory, () => Promise.resolve(40e9));
    const [[key, value] = ['', {}]] = [...memory.kept];
    memory.kept.set(key, { ...(value as object), processor: 'another' });
    expect(await bandwidth(memory, () => Promise.resolve(30e9))).toBe(30e9);
    memory.kept.set(key, 'nonsense');
    expect(await bandwidth(memory, () => Promise.resolve(20e9))).toBe(20e9);
  });

  it('is assumed, and measured at the next occasion, where it cannot be measured', async () => {
    const memory = new FakeMemory();
    expect(await bandwidth(memory, () => Promise.reject(new Error('no threads')))).toBeGreaterThan(1e9);
    expect(await bandwidth(memory, () => Promise.resolve(40e9))).toBe(40e9);
  });

  it('learns that it is faster from a model that was, and never that it is slower', async () => {
    const memory = new FakeMemory();
    const unmeasured = (): Promise<number> => Promise.reject(new Error('no threads'));
    await learnBandwidth(memory, 20, 4e9);
    expect(memory.kept.size).toBe(0);
    await bandwidth(memory, () => Promise.resolve(40e9));
    await learnBandwidth(memory, 2, 4e9);
    expect(await bandwidth(memory, unmeasured)).toBe(40e9);
    await learnBandwidth(memory, 18, 4e9);
    expect(await bandwidth(memory, unmeasured)).toBeCloseTo(80e9, -3);
  });

  it('has what the loaded model would give back, and never more than all of its memory', async () => {
    const memory = new FakeMemory();
    await bandwidth(memory, () => Promise.resolve(40e9));
    const { freeBytes, totalBytes } = await readMachine(memory, 0);
    expect(freeBytes).toBeGreaterThan(0);
    expect(freeBytes).toBeLessThanOrEqual(totalBytes);
    expect((await readMachine(memory, 1e15)).freeBytes).toBe(totalBytes);
  });
});

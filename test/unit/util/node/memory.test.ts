import { afterEach, describe, expect, it, vi } from 'vitest';
import { availableBytes } from '../../../../src/util/node/memory';

const system = vi.hoisted(() => ({ platform: 'linux', free: 4e9, total: 16e9 }));

vi.mock('node:os', () => ({ platform: () => system.platform, freemem: () => system.free, totalmem: () => system.total }));

describe('availableBytes', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    system.platform = 'linux';
  });

  it.each([
    ['the free memory where the cgroup allows more', 6e9, 4e9],
    ['the limit of the cgroup where that is less', 1e9, 1e9],
    ['the free memory where the runtime reports 0', 0, 4e9],
  ])('is %s', (_, granted, expected) => {
    vi.spyOn(process, 'availableMemory').mockReturnValue(granted);
    expect(availableBytes()).toBe(expected);
  });

  it('is the free memory in a runtime without process.availableMemory', () => {
    vi.stubGlobal('process', Object.assign(Object.create(process) as object, { availableMemory: undefined }));
    expect(availableBytes()).toBe(4e9);
    vi.unstubAllGlobals();
  });

  it('is at least 60% of the memory on macOS', () => {
    system.platform = 'darwin';
    expect(availableBytes()).toBe(0.6 * 16e9);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withTimeout } from '../../../src/util/timeout';

describe('withTimeout', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const never = new Promise<string>(() => undefined);

  it('gives the result of a promise that settles in time, and leaves no timer', async () => {
    const onTimeout = vi.fn();
    expect(await withTimeout(Promise.resolve('a'), 100, onTimeout)).toBe('a');
    expect(vi.getTimerCount()).toBe(0);
    expect(onTimeout).not.toHaveBeenCalled();
  });

  it('rejects as the promise does, and leaves no timer', async () => {
    await expect(withTimeout(Promise.reject(new Error('broken')), 100, () => undefined)).rejects.toThrow('broken');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives the other result at the limit, and not before', async () => {
    let result: string | undefined;
    void withTimeout(never, 100, () => 'late').then((value) => {
      result = value;
    });
    await vi.advanceTimersByTimeAsync(99);
    expect(result).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(result).toBe('late');
  });

  it('rejects with what the timeout throws', async () => {
    const waiting = withTimeout(never, 100, () => {
      throw new Error('too late');
    });
    const checked = expect(waiting).rejects.toThrow('too late');
    await vi.advanceTimersByTimeAsync(100);
    await checked;
  });

  it('ignores a rejection after the limit', async () => {
    const failing = new Promise<string>((_, reject) => {
      setTimeout(() => {
        reject(new Error('unheard'));
      }, 200);
    });
    const waiting = withTimeout(failing, 100, () => 'late');
    await vi.advanceTimersByTimeAsync(300);
    expect(await waiting).toBe('late');
  });
});

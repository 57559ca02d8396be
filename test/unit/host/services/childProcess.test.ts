import { afterEach, describe, expect, it, vi } from 'vitest';
import { workerEnvironment } from '../../../../src/host/services/childProcess';

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the environment of a worker', () => {
  it('has one thread in its pool, whatever the host has', () => {
    vi.stubEnv('UV_THREADPOOL_SIZE', '8');
    expect(workerEnvironment()['UV_THREADPOOL_SIZE']).toBe('1');
  });

  it("is the host's but for what is meant for the host, or would let the library download or build", () => {
    const meant = { NODE_OPTIONS: '--inspect', VSCODE_PID: '1', ELECTRON_NO_ASAR: '1', NODE_LLAMA_CPP_SKIP_DOWNLOAD: 'false' };
    for (const [name, value] of Object.entries({ ...meant, PADDOCK_SOMETHING: 'kept' })) vi.stubEnv(name, value);
    const environment = workerEnvironment();
    expect(Object.keys(environment).filter((name) => name in meant)).toEqual([]);
    expect(environment).toMatchObject({ PADDOCK_SOMETHING: 'kept', ELECTRON_RUN_AS_NODE: '1' });
  });
});

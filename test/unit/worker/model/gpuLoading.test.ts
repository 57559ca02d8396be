import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Engine, type EngineOptions } from '../../../../src/worker/requests/modelRequests';
import { EngineFailure } from '../../../../src/worker/model/loadErrors';
import { loadEngine, type LoadedEngine } from '../../../../src/worker/model/gpuLoading';

const options: EngineOptions = { path: '/m.gguf', contextTokens: 512, gpu: 'auto', threads: 1 };
const engine = Object.create(Engine.prototype) as Engine;

/** What a load ends in, by what it runs on. */
let onDevice: (device: string | false) => Engine | Error;
/** What was found to run on, in order. */
let devices: (string | false)[];
const load = vi.spyOn(Engine, 'load');

beforeEach(() => {
  devices = [];
  load.mockImplementation((wanted) => {
    const device = wanted.gpu === 'off' ? false : 'vulkan';
    wanted.onDevice?.(device);
    const end = onDevice(device);
    return end instanceof Error ? Promise.reject(end) : Promise.resolve(end);
  });
});

afterEach(() => {
  load.mockReset();
});

function start(more: Partial<EngineOptions> = {}): Promise<LoadedEngine> {
  const ignore = (): void => undefined;
  return loadEngine({ ...options, ...more }, ignore, ignore, (device) => devices.push(device));
}

describe('loading a model', () => {
  it('takes the GPU where that works', async () => {
    onDevice = () => engine;
    expect(await start()).toEqual({ engine, gpuFailure: undefined });
    expect(devices).toEqual(['vulkan']);
  });

  it.each([
    [new EngineFailure({ kind: 'outOfMemory', path: '/m.gguf', neededBytes: 2, freeBytes: 1 }), 'outOfMemory'],
    [new Error('vk::DeviceLostError\nmore of it'), 'vk::DeviceLostError'],
  ])('takes the CPU where the GPU fails, and says why', async (error, detail) => {
    onDevice = (device) => (device === false ? engine : error);
    expect(await start()).toEqual({ engine, gpuFailure: { device: 'vulkan', detail } });
    expect(devices).toEqual(['vulkan', false]);
  });

  it('does not blame the GPU for a broken file', async () => {
    onDevice = () => new EngineFailure({ kind: 'modelBroken', path: '/m.gguf', detail: 'x' });
    await expect(start()).rejects.toMatchObject({ failure: { kind: 'modelBroken' } });
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('tries nothing else where it was on the CPU, or the CPU fails as well', async () => {
    onDevice = () => new Error('no');
    await expect(start({ gpu: 'off' })).rejects.toThrow('no');
    expect(load).toHaveBeenCalledTimes(1);
    await expect(start()).rejects.toThrow('no');
    expect(load).toHaveBeenCalledTimes(3);
  });

  it('says why a GPU that was found is not used', async () => {
    const unusable = { device: 'vulkan', detail: 'its build cannot be loaded' };
    load.mockImplementation((wanted) => {
      wanted.onDevice?.(false, unusable);
      return Promise.resolve(engine);
    });
    expect(await start()).toEqual({ engine, gpuFailure: unusable });
  });
});

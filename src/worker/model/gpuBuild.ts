import type { GpuFailure } from '../../contract/models';
import { createRequire } from 'node:module';
import type { Library } from './llamaLibrary';

/**
 * Why everything runs on the processor although the library found what drives a graphics card: the build for it is there and could not be
 * loaded, which the library says on standard error alone.
 */
export async function unusableGpu(library: Library): Promise<GpuFailure | undefined> {
  const supported = await library.getLlamaGpuTypes('supported');
  const device = supported.find((type) => type !== false && hasBuild(type));
  return device ? { device, detail: 'unloadable' } : undefined;
}

const platforms: Readonly<Partial<Record<NodeJS.Platform, string>>> = { win32: 'win', darwin: 'mac' };

function hasBuild(device: string): boolean {
  try {
    createRequire(import.meta.url).resolve(`@node-llama-cpp/${platforms[process.platform] ?? process.platform}-${process.arch}-${device}`);
    return true;
  } catch {
    return false;
  }
}

/**
 * Which build of llama.cpp is asked for. For Apple's own processors there is none without Metal: with `off`, a model's layers are kept
 * from it.
 */
export function buildFor(gpu: 'auto' | 'off', machine: { readonly platform: string; readonly arch: string } = process): 'auto' | false {
  return gpu === 'auto' || (machine.platform === 'darwin' && machine.arch === 'arm64') ? 'auto' : false;
}

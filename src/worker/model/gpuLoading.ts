import type { LoadErrorData } from '../../contract/engineErrors';
import type { GpuFailure } from '../../contract/models';
import { Engine, type EngineOptions } from '../requests/modelRequests';
import { EngineFailure, firstLine, messageOf } from './loadErrors';
import type { EngineLog } from './loadModel';

export interface LoadedEngine {
  readonly engine: Engine;
  readonly gpuFailure: GpuFailure | undefined;
}

/** What is the file's own fault, or the machine's as a whole: it would end the same way on the processor. */
const notForTheGpu = new Set<LoadErrorData['kind']>([
  'modelNotFound',
  'notGguf',
  'modelTruncated',
  'modelVersion',
  'modelBroken',
  'unsupportedArchitecture',
  'doesNotFit',
]);

/**
 * Loads a model, on the processor where the graphics card cannot do it.
 * @param onDevice told, before anything is loaded, what it will be loaded on
 * @throws EngineFailure as {@link Engine.load} does
 */
export async function loadEngine(
  options: EngineOptions,
  onProgress: (fraction: number) => void,
  log: EngineLog,
  onDevice: (device: string | false) => void,
): Promise<LoadedEngine> {
  const used: { device: string | false; unusable?: GpuFailure | undefined } = { device: false };
  const noteDevice = (device: string | false, unusable?: GpuFailure): void => {
    Object.assign(used, { device, unusable });
    onDevice(device);
  };
  try {
    return { engine: await Engine.load({ ...options, onDevice: noteDevice }, onProgress, log), gpuFailure: used.unusable };
  } catch (error) {
    const { device } = used;
    if (device === false || (error instanceof EngineFailure && notForTheGpu.has(error.failure.kind))) throw error;
    log('warn', `${device} failed (${messageOf(error)}); the processor is tried`);
    const detail = error instanceof EngineFailure ? error.failure.kind : firstLine(messageOf(error));
    return { engine: await Engine.load({ ...options, gpu: 'off', onDevice }, onProgress, log), gpuFailure: { device, detail } };
  }
}

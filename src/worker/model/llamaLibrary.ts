import type * as llama from 'node-llama-cpp';
import { EngineFailure, firstLine, messageOf } from './loadErrors';

export type Library = typeof llama;

/**
 * node-llama-cpp, imported when it is first needed: a worker that lacks it still shakes hands and says so.
 * @throws EngineFailure
 */
export async function loadLibrary(): Promise<Library> {
  try {
    return await import('node-llama-cpp');
  } catch (error) {
    throw new EngineFailure({ kind: 'engineUnavailable', detail: firstLine(messageOf(error)) });
  }
}

/** Version of node-llama-cpp, by which logs name it; `unknown` where it cannot be had. */
export async function libraryVersion(): Promise<string> {
  try {
    const { getModuleVersion } = await loadLibrary();
    return await getModuleVersion();
  } catch {
    return 'unknown';
  }
}

import { getModuleVersion } from 'node-llama-cpp';

/** Version of node-llama-cpp, by which snapshots and logs name it. */
export function libraryVersion(): Promise<string> {
  return getModuleVersion();
}

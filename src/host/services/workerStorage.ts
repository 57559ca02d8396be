import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Config } from './config';

/** As much of VS Code's `ExtensionContext` as this needs. */
export interface StorageContext {
  readonly globalStorageUri: { readonly fsPath: string };
  /** The workspace's own; `undefined` without a workspace. */
  readonly storageUri: { toString(): string } | undefined;
}

/** Where a worker parks lanes, how much it may, and whose they are: a workspace's name tells nobody which one it is. */
export function workerStorage(context: StorageContext, config: Config): { folder: string; maxBytes: number; owner: string } {
  return {
    folder: join(context.globalStorageUri.fsPath, 'session'),
    maxBytes: Math.round(config['session.diskGigabytes'] * 1e9),
    owner: createHash('sha256')
      .update(context.storageUri?.toString() ?? 'none')
      .digest('hex')
      .slice(0, 16),
  };
}

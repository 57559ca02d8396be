import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../../src/host/services/config';
import { workerStorage } from '../../../../src/host/services/workerStorage';

const globalStorageUri = { fsPath: '/storage/paddock' };

describe('workerStorage', () => {
  it('is a folder that all windows share, with the bytes of the setting', () => {
    const config = readConfig((key) => (key === 'session.diskGigabytes' ? 0.5 : undefined));
    const { folder, maxBytes } = workerStorage({ globalStorageUri, storageUri: undefined }, config);
    expect(folder.replace(/\\/g, '/')).toBe('/storage/paddock/session');
    expect(maxBytes).toBe(500_000_000);
  });

  it('tells workspaces apart without naming them, and gives windows without one the same owner', () => {
    const owner = (uri: string | undefined): string =>
      workerStorage(
        { globalStorageUri, storageUri: uri === undefined ? undefined : { toString: () => uri } },
        readConfig(() => undefined),
      ).owner;
    expect(owner('file:///secret-project')).toMatch(/^[0-9a-f]{16}$/);
    expect(owner('file:///secret-project')).toBe(owner('file:///secret-project'));
    expect(new Set([owner('file:///a'), owner('file:///b'), owner(undefined)]).size).toBe(3);
    expect(owner(undefined)).toBe(owner(undefined));
  });
});

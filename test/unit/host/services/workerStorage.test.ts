import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../../src/host/services/config';
import { workerStorage } from '../../../../src/host/services/workerStorage';

const globalStorageUri = { fsPath: '/storage/paddock' };

describe('workerStorage', () => {
  it('returns a folder shared by all windows, with the configured size', () => {
    const config = readConfig((key) => (key === 'session.diskGigabytes' ? 0.5 : undefined));
    const { folder, maxBytes } = workerStorage({ globalStorageUri, storageUri: undefined }, config);
    expect(folder.replace(/\\/g, '/')).toBe('/storage/paddock/session');
    expect(maxBytes).toBe(500_000_000);
  });

  it('returns a different opaque owner for each workspace, and one for windows without a workspace', () => {
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

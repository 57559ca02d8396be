import { describe, expect, it } from 'vitest';
import { buildFor } from '../../../../src/worker/model/gpuBuild';

describe('the build of llama.cpp', () => {
  it.each([
    ['linux', 'x64'],
    ['linux', 'arm64'],
    ['darwin', 'x64'],
    ['win32', 'x64'],
    ['win32', 'arm64'],
  ])('for %s on %s is the one without a GPU when none is wanted', (platform, arch) => {
    expect(buildFor('off', { platform, arch })).toBe(false);
    expect(buildFor('auto', { platform, arch })).toBe('auto');
  });

  it("for Apple's own processors is always the one with Metal, as there is no other", () => {
    expect(buildFor('off', { platform: 'darwin', arch: 'arm64' })).toBe('auto');
    expect(buildFor('auto', { platform: 'darwin', arch: 'arm64' })).toBe('auto');
  });
});

import { cp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../scripts/build.mjs';
import { inspectStage } from '../../scripts/lib/package/inspect.mjs';
import { embeddedModel } from '../../scripts/lib/models/model.mjs';
import { checkBudget, packedBytes } from '../../scripts/lib/package/packed.mjs';
import { out } from '../../scripts/lib/paths.mjs';
import { binaryPackages, contents, hostTarget, makeStage, NoBinaries } from '../../scripts/lib/package/stage.mjs';
import { elfHead } from '../fixtures/models/nativeHeads';

const { targets, rehearsalVersion } = await contents();

/** Of which version a target's binaries can be had here; `why` says what stands in the way of the right one. */
interface Binaries {
  readonly version: string | undefined;
  readonly why: string;
}

async function findBinaries(target: string): Promise<Binaries | { readonly none: string }> {
  const right = await whyNot(target);
  if (right === undefined) return { version: undefined, why: '' };
  const older = await whyNot(target, rehearsalVersion);
  return older === undefined ? { version: rehearsalVersion, why: right } : { none: `${right}; ${older}` };
}

async function whyNot(target: string, version?: string): Promise<string | undefined> {
  try {
    await binaryPackages(target, version);
    return undefined;
  } catch (error) {
    if (error instanceof NoBinaries) return error.message;
    throw error;
  }
}

// All at once: without a registry each waits until npm gives up.
const found = new Map(await Promise.all(Object.keys(targets).map(async (target) => [target, await findBinaries(target)] as const)));

// The same for every target.
const bundles = join(out, 'stage', 'bundles');
await rm(bundles, { recursive: true, force: true });
await build({ production: true, outdir: bundles });

const stageFor = (target: string, version?: string): Promise<string> =>
  makeStage(target, (dist) => cp(bundles, dist, { recursive: true }), version);

afterAll(() => rm(bundles, { recursive: true, force: true }));

describe('a package', () => {
  for (const [target, binaries] of found) {
    if ('none' in binaries) {
      it.skip(`for ${target}, as ${binaries.none}`, () => undefined);
      continue;
    }
    const { version, why } = binaries;
    const rehearsed = version === undefined ? '' : ` (rehearsed with binaries of ${version}, as ${why})`;
    it(`for ${target} carries all that runs there, nothing of another machine, and keeps to its budget${rehearsed}`, async () => {
      const stage = await stageFor(target, version);
      const { files, natives } = await inspectStage(stage, target, version);
      expect(natives).toBeGreaterThanOrEqual(5 * (targets[target]?.binaries.length ?? 0));
      const bytes = await packedBytes(stage, [...files.keys()]);
      await expect(checkBudget(target, bytes)).resolves.toBeUndefined();
      // A budget far above says nothing about what a package gained.
      await expect(checkBudget(target, bytes * 1.1)).rejects.toThrow('budget');
    });
  }
});

describe('the inspection', () => {
  const target = hostTarget();
  const [name = ''] = targets[target]?.binaries ?? [];
  const bins = join('dist', 'node_modules', '@node-llama-cpp', name, 'bins', name);
  let stage: string;
  beforeAll(async () => {
    stage = await stageFor(target);
  });

  /** What it says of the stage with one thing wrong, which is then put right. */
  async function complaint(file: string, spoil: (path: string) => Promise<void>, mend: (path: string) => Promise<void>): Promise<string> {
    const path = join(stage, file);
    await spoil(path);
    try {
      return await inspectStage(stage, target).then(
        () => '',
        (error: unknown) => String(error),
      );
    } finally {
      await mend(path);
    }
  }
  const plant = (content: Uint8Array | string) => (path: string) => writeFile(path, content);
  const remove = (path: string): Promise<void> => rm(path);
  const hide = (path: string): Promise<void> => rename(path, `${path}.json`);
  const show = (path: string): Promise<void> => rename(`${path}.json`, path);

  it('finds a library for another machine, whatever its name', async () => {
    const riscv = elfHead(0xf3);
    expect(await complaint(join(bins, 'libggml-cpu-planted.so'), plant(riscv), remove)).toContain('planted.so: ELF for riscv64');
    expect(await complaint(join('dist', 'worker', 'planted.mjs'), plant(riscv), remove)).toContain('planted.mjs: ELF for riscv64');
  });

  it('finds a library that is none', async () => {
    expect(await complaint(join(bins, 'libggml-cpu-planted.so'), plant('<html>'), remove)).toContain('neither ELF, Mach-O nor PE');
  });

  it('finds binaries of a package that the target is not to carry', async () => {
    const cuda = join('dist', 'node_modules', '@node-llama-cpp');
    expect(await complaint(join(cuda, 'linux-x64-cuda.node'), plant(''), remove)).toContain('no rule');
  });

  it('misses the addon, the worker and the model', async () => {
    expect(await complaint(join(bins, 'llama-addon.node'), hide, show)).toContain(`${name}: no addon`);
    expect(await complaint(join('dist', 'worker', 'main.mjs'), hide, show)).toContain('dist/worker/main.mjs: missing');
    const { file } = await embeddedModel();
    expect(await complaint(join('dist', 'models', file), hide, show)).toContain(`${file}, whole: missing`);
  });

  it('wants binaries of the version that the library takes', async () => {
    await expect(inspectStage(stage, target, '0.0.1')).rejects.toThrow('instead of 0.0.1');
  });
});

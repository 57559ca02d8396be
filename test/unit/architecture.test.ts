import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { architectureViolations } from '../fixtures/architecture';

describe('the layers', () => {
  it('hold in this clone', async () => {
    expect(await architectureViolations(resolve(import.meta.dirname, '../..'))).toEqual([]);
  });
});

describe('the check of the layers', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'paddock-layers-'));
    await Promise.all(['src', 'webview', 'test', 'scripts'].map((folder) => mkdir(join(root, folder))));
  });

  afterEach(async () => {
    await rm(root, { recursive: true });
  });

  /** Writes a clone in which each file imports the ones named, and checks it. */
  async function check(files: Readonly<Record<string, readonly string[]>>): Promise<readonly string[]> {
    for (const [file, imports] of Object.entries(files)) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), imports.map((name, index) => `export type T${index} = typeof import('${name}');\n`).join(''));
    }
    return architectureViolations(root);
  }

  it('finds nothing wrong with right edges', async () => {
    const violations = await check({
      'src/base/a.ts': [],
      'src/protocol/a.ts': ['./b'],
      'src/protocol/b.ts': [],
      'src/prompt/a.ts': ['../base/a', '@huggingface/jinja'],
      'src/worker/engine/a.ts': ['../../base/a', '../../prompt/a', 'node-llama-cpp', 'node:fs'],
      'src/worker/main.ts': ['./engine/a', '../protocol/a', '../base/a', 'vscode-jsonrpc/node'],
      'src/worker/transfer/a.ts': ['../../protocol/a', 'ipull', 'undici', 'node:fs'],
      'src/worker/download.ts': ['node-llama-cpp', './transfer/a'],
      'src/host/services/a.ts': ['../../base/a', 'vscode'],
      'src/host/engine/a.ts': ['../services/a', '../../prompt/a', '../../protocol/a', '../../base/a'],
      'src/host/chat/a.ts': ['./b', '../services/a', '../engine/a', '../../prompt/a', '../../protocol/a', '../../base/a', 'vscode'],
      'src/host/chat/b.ts': [],
      'src/extension.ts': ['./host/chat/a', './host/services/a', 'vscode'],
      'webview/main.ts': ['../src/protocol/a', '../src/base/a', './store', 'dompurify'],
      'webview/store.ts': [],
      'test/unit/a.test.ts': ['../../src/worker/engine/a', 'node-llama-cpp'],
    });
    expect(violations).toEqual([]);
  });

  it.each([
    ['src/base/a.ts', '../protocol/b', 'src/protocol/b.ts', 'base: wrong layer'],
    ['src/base/a.ts', 'node:fs', undefined, 'base: package'],
    ['src/protocol/a.ts', '../base/b', 'src/base/b.ts', 'protocol: wrong layer'],
    ['src/protocol/a.ts', 'valibot', undefined, 'protocol: package'],
    ['src/prompt/a.ts', '../protocol/b', 'src/protocol/b.ts', 'prompt: wrong layer'],
    ['src/prompt/a.ts', 'node:os', undefined, 'prompt: package'],
    ['src/worker/engine/a.ts', '../../protocol/b', 'src/protocol/b.ts', 'worker/engine: wrong layer'],
    ['src/worker/engine/a.ts', '../handlers', 'src/worker/handlers.ts', 'worker/engine: wrong layer'],
    ['src/worker/transfer/a.ts', '../engine/b', 'src/worker/engine/b.ts', 'worker/transfer: wrong layer'],
    ['src/worker/handlers.ts', '../prompt/b', 'src/prompt/b.ts', 'worker: wrong layer'],
    ['src/worker/handlers.ts', '../host/engine/b', 'src/host/engine/b.ts', 'worker: wrong layer'],
    ['src/host/services/a.ts', '../../protocol/b', 'src/protocol/b.ts', 'host/services: wrong layer'],
    ['src/host/services/a.ts', '../engine/b', 'src/host/engine/b.ts', 'host/services: wrong layer'],
    ['src/host/engine/a.ts', '../chat/b', 'src/host/chat/b.ts', 'host/engine: wrong layer'],
    ['src/host/engine/a.ts', '../../worker/engine/b', 'src/worker/engine/b.ts', 'host/engine: wrong layer'],
    ['src/host/explain/a.ts', '../chat/b', 'src/host/chat/b.ts', 'host feature: wrong layer'],
    ['src/host/explain/a.ts', '../../worker/handlers', 'src/worker/handlers.ts', 'host feature: wrong layer'],
    ['src/extension.ts', './protocol/b', 'src/protocol/b.ts', 'extension: wrong layer'],
    ['webview/main.ts', '../src/host/chat/b', 'src/host/chat/b.ts', 'webview: wrong layer'],
    ['webview/main.ts', 'node:fs', undefined, 'webview: Node module'],
    ['src/host/chat/a.ts', '../../../test/fixtures/b', 'test/fixtures/b.ts', 'host feature: wrong layer'],
    ['webview/main.ts', '../test/b', 'test/b.ts', 'webview: wrong layer'],
    ['src/worker/main.ts', 'vscode', undefined, 'vscode outside the host'],
    ['webview/main.ts', 'vscode', undefined, 'vscode outside the host'],
    ['src/worker/main.ts', 'node-llama-cpp', undefined, 'node-llama-cpp outside the engine'],
    ['src/host/models/a.ts', 'ipull', undefined, 'ipull outside the transfer'],
    ['src/host/engine/a.ts', 'node-llama-cpp', undefined, 'node-llama-cpp outside the engine'],
  ])('finds that %s imports %s', async (from, name, target, rule) => {
    const violations = await check({ [from]: [name], ...(target === undefined ? {} : { [target]: [] }) });
    expect(violations).toEqual([expect.stringMatching(new RegExp(`^${rule}: ${from} -> `))]);
  });

  it('finds a cycle, also of types alone', async () => {
    expect(await check({ 'src/base/a.ts': ['./b'], 'src/base/b.ts': ['./a'] })).toContain('cycle: src/base/a.ts -> src/base/b.ts');
  });

  it('finds files outside the layers', async () => {
    expect(await check({ 'src/util/a.ts': [], 'src/helpers.ts': [], 'src/host/a.ts': [] })).toEqual([
      'outside the layers: src/helpers.ts',
      'outside the layers: src/host/a.ts',
      'outside the layers: src/util/a.ts',
    ]);
  });

  it('finds a file of more than 400 lines', async () => {
    await writeFile(join(root, 'scripts/long.mjs'), '\n'.repeat(400) + 'x');
    await writeFile(join(root, 'scripts/right.mjs'), 'x\n'.repeat(400));
    expect(await check({})).toEqual(['too long: scripts/long.mjs']);
  });
});

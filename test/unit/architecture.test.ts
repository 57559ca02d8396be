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
      'src/util/a.ts': [],
      'src/util/node/a.ts': ['../a', 'node:fs'],
      'src/contract/a.ts': ['./b'],
      'src/contract/b.ts': [],
      'src/contract/rpc/a.ts': ['../a', './b'],
      'src/contract/rpc/b.ts': [],
      'src/contract/webview/a.ts': ['../a'],
      'src/prompt/a.ts': ['../util/a', '../contract/a', '@huggingface/jinja'],
      'src/worker/session/a.ts': ['../../util/a', '../../util/node/a', '../../prompt/a', '../../contract/a', 'node-llama-cpp', 'node:fs'],
      'src/worker/requests/a.ts': ['../session/a'],
      'src/worker/workerMain.ts': ['./requests/a', '../contract/rpc/a', '../contract/a', '../util/a', 'vscode-jsonrpc/node'],
      'src/worker/download/a.ts': ['../../contract/rpc/a', 'ipull', 'undici', 'node:fs'],
      'src/worker/download/downloadMain.ts': ['node-llama-cpp', './a'],
      'src/host/services/a.ts': ['../../util/a', '../../util/node/a', '../../contract/a', 'vscode'],
      'src/host/llm/a.ts': ['../services/a', '../../prompt/a', '../../contract/rpc/a', '../../util/a'],
      'src/host/ui/a.ts': ['../llm/a', '../services/a', '../../contract/webview/a', 'vscode'],
      'src/host/chat/a.ts': [
        './b',
        '../services/a',
        '../llm/a',
        '../ui/a',
        '../../prompt/a',
        '../../contract/webview/a',
        '../../util/a',
        'vscode',
      ],
      'src/host/chat/b.ts': [],
      'src/extension.ts': ['./host/chat/a', './host/services/a', 'vscode'],
      'webview/chat/chatMain.ts': ['../../src/contract/webview/a', '../../src/util/a', './chatStore', 'dompurify'],
      'webview/chat/chatStore.ts': [],
      'webview/shared/widgets.ts': ['@vscode/webview-ui-toolkit'],
      'test/unit/a.test.ts': ['../../src/worker/session/a', 'node-llama-cpp'],
    });
    expect(violations).toEqual([]);
  });

  it.each([
    ['src/util/a.ts', '../contract/b', 'src/contract/b.ts', 'util: wrong layer'],
    ['src/util/a.ts', './node/b', 'src/util/node/b.ts', 'util: wrong layer'],
    ['src/util/a.ts', 'node:fs', undefined, 'util: package'],
    ['src/util/node/a.ts', 'undici', undefined, 'util/node: package'],
    ['src/contract/a.ts', '../util/b', 'src/util/b.ts', 'contract: wrong layer'],
    ['src/contract/a.ts', './rpc/b', 'src/contract/rpc/b.ts', 'contract: wrong layer'],
    ['src/contract/a.ts', 'node:fs', undefined, 'contract: package'],
    ['src/contract/webview/a.ts', '../rpc/b', 'src/contract/rpc/b.ts', 'contract/webview: wrong layer'],
    ['src/contract/rpc/a.ts', '../webview/b', 'src/contract/webview/b.ts', 'contract/rpc: wrong layer'],
    ['src/prompt/a.ts', '../contract/rpc/b', 'src/contract/rpc/b.ts', 'prompt: wrong layer'],
    ['src/prompt/a.ts', '../contract/webview/b', 'src/contract/webview/b.ts', 'prompt: wrong layer'],
    ['src/prompt/a.ts', 'node:os', undefined, 'prompt: package'],
    ['src/worker/session/a.ts', '../../contract/rpc/b', 'src/contract/rpc/b.ts', 'worker room: wrong layer'],
    ['src/worker/session/a.ts', '../rpcHandlers', 'src/worker/rpcHandlers.ts', 'worker room: wrong layer'],
    ['src/worker/download/a.ts', '../model/b', 'src/worker/model/b.ts', 'worker/download: wrong layer'],
    ['src/worker/rpcHandlers.ts', '../prompt/b', 'src/prompt/b.ts', 'worker: wrong layer'],
    ['src/worker/rpcHandlers.ts', '../host/llm/b', 'src/host/llm/b.ts', 'worker: wrong layer'],
    ['src/host/services/a.ts', '../../contract/rpc/b', 'src/contract/rpc/b.ts', 'host/services: wrong layer'],
    ['src/host/services/a.ts', '../llm/b', 'src/host/llm/b.ts', 'host/services: wrong layer'],
    ['src/host/llm/a.ts', '../chat/b', 'src/host/chat/b.ts', 'host/llm: wrong layer'],
    ['src/host/llm/a.ts', '../ui/b', 'src/host/ui/b.ts', 'host/llm: wrong layer'],
    ['src/host/llm/a.ts', '../../worker/session/b', 'src/worker/session/b.ts', 'host/llm: wrong layer'],
    ['src/host/ui/a.ts', '../chat/b', 'src/host/chat/b.ts', 'host/ui: wrong layer'],
    ['src/host/explain/a.ts', '../chat/b', 'src/host/chat/b.ts', 'host feature: wrong layer'],
    ['src/host/explain/a.ts', '../../worker/rpcHandlers', 'src/worker/rpcHandlers.ts', 'host feature: wrong layer'],
    ['src/extension.ts', './contract/b', 'src/contract/b.ts', 'extension: wrong layer'],
    ['webview/chat/chatMain.ts', '../../src/host/chat/b', 'src/host/chat/b.ts', 'webview: wrong layer'],
    ['webview/chat/chatMain.ts', '../../src/contract/rpc/b', 'src/contract/rpc/b.ts', 'webview: wrong layer'],
    ['webview/chat/chatMain.ts', '../../src/util/node/b', 'src/util/node/b.ts', 'webview: wrong layer'],
    ['webview/chat/chatMain.ts', 'node:fs', undefined, 'webview: Node module'],
    ['src/host/chat/a.ts', '../../../test/fixtures/b', 'test/fixtures/b.ts', 'host feature: wrong layer'],
    ['webview/chat/chatMain.ts', '../../test/b', 'test/b.ts', 'webview: wrong layer'],
    ['src/worker/workerMain.ts', 'vscode', undefined, 'vscode outside the host'],
    ['webview/chat/chatMain.ts', 'vscode', undefined, 'vscode outside the host'],
    ['src/worker/workerMain.ts', 'node-llama-cpp', undefined, 'node-llama-cpp outside worker/model and worker/session'],
    ['src/worker/text/a.ts', 'node-llama-cpp', undefined, 'node-llama-cpp outside worker/model and worker/session'],
    ['src/host/models/a.ts', 'ipull', undefined, 'ipull outside worker/download'],
    ['webview/chat/chatMain.ts', '@vscode/webview-ui-toolkit', undefined, 'webview-ui-toolkit outside webview/shared'],
    ['webview/shared/dom.ts', '@vscode/webview-ui-toolkit', undefined, 'webview-ui-toolkit outside webview/shared'],
    ['src/host/llm/a.ts', 'node-llama-cpp', undefined, 'node-llama-cpp outside worker/model and worker/session'],
  ])('finds that %s imports %s', async (from, name, target, rule) => {
    const violations = await check({ [from]: [name], ...(target === undefined ? {} : { [target]: [] }) });
    expect(violations).toEqual([expect.stringMatching(new RegExp(`^${rule}: ${from} -> `))]);
  });

  it('finds a cycle, also of types alone', async () => {
    expect(await check({ 'src/util/a.ts': ['./b'], 'src/util/b.ts': ['./a'] })).toContain('cycle: src/util/a.ts -> src/util/b.ts');
  });

  it('finds files outside the layers', async () => {
    expect(await check({ 'src/base/a.ts': [], 'src/helpers.ts': [], 'src/host/a.ts': [] })).toEqual([
      'outside the layers: src/base/a.ts',
      'outside the layers: src/helpers.ts',
      'outside the layers: src/host/a.ts',
    ]);
  });

  it('finds a file of more than 500 lines', async () => {
    await writeFile(join(root, 'scripts/long.mjs'), '\n'.repeat(500) + 'x');
    await writeFile(join(root, 'scripts/right.mjs'), 'x\n'.repeat(500));
    expect(await check({})).toEqual(['too long: scripts/long.mjs']);
  });
});

import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findModels } from '../../../../../src/host/models/library/findModels';
import { storesOn } from '../../../../../src/host/models/library/modelStores';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'paddock-stores-'));
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

/** Writes a file below the home folder. */
async function put(name: string, content = 'GGUF and more'): Promise<string> {
  const file = path.join(home, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

/** What is found, by name. Nothing of the machine that the test runs on. */
async function found(env: Readonly<Record<string, string>> = {}): Promise<Readonly<Record<string, string>>> {
  const stores = storesOn({ platform: 'linux', home, env }).map((store) => ({
    ...store,
    folders: store.folders.filter((folder) => folder.startsWith(home)),
  }));
  return Object.fromEntries((await findModels(stores)).map((model) => [model.name, path.relative(home, model.path)]));
}

const digest = 'a'.repeat(64);
const ollama = (...layers: readonly (readonly [string, string])[]): string =>
  JSON.stringify({
    schemaVersion: 2,
    layers: layers.map(([type, of]) => ({ mediaType: `application/vnd.ollama.image.${type}`, digest: `sha256:${of}`, size: 1 })),
  });

describe('models that other programs keep', () => {
  it('are found in each program’s own place', async () => {
    await put('.lmstudio/models/infra/ocelot/ocelot-q4_0.gguf');
    await put('.local/share/nomic.ai/GPT4All/mistral.Q4_0.gguf');
    await put('.cache/llama.cpp/ggml-org_tiny.gguf');
    await put('.cache/huggingface/hub/models--org--name/blobs/abc');
    await mkdir(path.join(home, '.cache/huggingface/hub/models--org--name/snapshots/1'), { recursive: true });
    await symlink('../../blobs/abc', path.join(home, '.cache/huggingface/hub/models--org--name/snapshots/1/name.Q8_0.gguf'));
    expect(await found()).toEqual({
      'ocelot-q4_0 · LM Studio': '.lmstudio/models/infra/ocelot/ocelot-q4_0.gguf',
      'mistral.Q4_0 · GPT4All': '.local/share/nomic.ai/GPT4All/mistral.Q4_0.gguf',
      'ggml-org_tiny · llama.cpp': '.cache/llama.cpp/ggml-org_tiny.gguf',
      'name.Q8_0 · Hugging Face': '.cache/huggingface/hub/models--org--name/snapshots/1/name.Q8_0.gguf',
    });
  });

  it('are read from Ollama’s manifests, without what goes with them', async () => {
    const blob = await put(`.ollama/models/blobs/sha256-${digest}`);
    await put('.ollama/models/manifests/registry.ollama.ai/library/llama2/7b', ollama(['template', 'b'.repeat(64)], ['model', digest]));
    await put('.ollama/models/manifests/registry.ollama.ai/me/mine/latest', ollama(['adapter', digest]));
    expect(await found()).toEqual({ 'llama2:7b · Ollama': path.relative(home, blob) });
  });

  it('are found under the names that older versions of Ollama gave them, and by the registry that they came from', async () => {
    const blob = await put(`.ollama/models/blobs/sha256:${digest}`);
    await put('.ollama/models/manifests/hf.co/maker/Sky-Flash-GGUF/q4_k_m', ollama(['model', digest]));
    expect(await found()).toEqual({ 'maker/Sky-Flash-GGUF:q4_k_m · Ollama': path.relative(home, blob) });
  });

  it('are in the folders that the environment names', async () => {
    await put('elsewhere/hub/models--a--b/snapshots/1/b.gguf');
    await put('cache/c.gguf');
    const env = { HF_HOME: path.join(home, 'elsewhere'), LLAMA_CACHE: path.join(home, 'cache') };
    expect(Object.keys(await found(env))).toEqual(['c · llama.cpp', 'b · Hugging Face']);
  });

  it('are each found once, by the name that tells more', async () => {
    const file = await put('.lmstudio/models/a/b/llama-2-7b-chat.Q4_0.gguf');
    await symlink(file, path.join(home, '.lmstudio/models/a/model.gguf'));
    await symlink(file, path.join(home, '.lmstudio/models/a/z.gguf'));
    expect(await found()).toEqual({ 'llama-2-7b-chat.Q4_0 · LM Studio': '.lmstudio/models/a/b/llama-2-7b-chat.Q4_0.gguf' });
  });

  it('have the most telling of the tags that Ollama gives them', async () => {
    await put(`.ollama/models/blobs/sha256-${digest}`);
    const library = '.ollama/models/manifests/registry.ollama.ai/library/llama2';
    for (const tag of ['7b', '7b-chat', 'latest']) await put(`${library}/${tag}`, ollama(['model', digest]));
    expect(Object.keys(await found())).toEqual(['llama2:7b-chat · Ollama']);
  });

  it('are whole when they are in parts, and as large as their parts together', async () => {
    const hub = '.cache/huggingface/hub/models--org--big/';
    for (const part of [1, 2, 3]) {
      await put(`${hub}blobs/${String(part).repeat(64)}`, `GGUF${'x'.repeat(part)}`);
      await mkdir(path.join(home, `${hub}snapshots/1/Q4_K_M`), { recursive: true });
      const link = path.join(home, `${hub}snapshots/1/Q4_K_M/big-Q4_K_M-0000${part}-of-00003.gguf`);
      await symlink(`../../../blobs/${String(part).repeat(64)}`, link);
    }
    await put('.lmstudio/models/a/half/half-00001-of-00002.gguf');
    await put('.lmstudio/models/a/rest/rest-00002-of-00002.gguf');
    const stores = storesOn({ platform: 'linux', home, env: {} });
    const models = (await findModels(stores)).filter((model) => model.path.startsWith(home));
    expect(models).toEqual([
      {
        name: 'big-Q4_K_M · Hugging Face',
        path: path.join(home, `${hub}snapshots/1/Q4_K_M/big-Q4_K_M-00001-of-00003.gguf`),
        bytes: 18,
        source: 'Hugging Face',
      },
    ]);
  });

  it('are found in folders that are links, each folder once', async () => {
    await put('disk/maker/linked/linked.gguf');
    await mkdir(path.join(home, '.lmstudio/models'), { recursive: true });
    for (const name of ['maker', 'again']) await symlink(path.join(home, 'disk/maker'), path.join(home, '.lmstudio/models', name));
    expect(Object.keys(await found())).toEqual(['linked · LM Studio']);
  });

  it('have names that show what they are, whatever stands in them', async () => {
    await put('.lmstudio/models/a/b/ev\u202Eil\n.gguf');
    await put(`.lmstudio/models/a/b/${'long'.repeat(50)}.gguf`);
    await put('.cache/huggingface/hub/models--TheBloke--Llama-2-7B-Chat-GGUF/snapshots/abcdef0123456789/ggml-model-q4_0.gguf');
    const names = Object.keys(await found());
    expect(names).toContain('evil · LM Studio');
    expect(names).toContain('Llama-2-7B-Chat-GGUF/ggml-model-q4_0 · Hugging Face');
    expect(Math.max(...names.map((name) => name.length))).toBeLessThan(150);
  });

  it('are not what is broken, incomplete, something else, or without end', async () => {
    await put('.lmstudio/models/a/b/mmproj-model-f16.gguf');
    await put('.lmstudio/models/a/b/html.gguf', '<html>');
    await put('.lmstudio/models/a/b/empty.gguf', '');
    await put('.lmstudio/models/a/b/half.gguf.part');
    await mkdir(path.join(home, '.lmstudio/models/a/folder.gguf'), { recursive: true });
    await symlink('nowhere', path.join(home, '.lmstudio/models/a/dangling.gguf'));
    await symlink(path.join(home, '.lmstudio'), path.join(home, '.lmstudio/models/loop'));
    await put('.ollama/models/manifests/registry.ollama.ai/library/broken/1', '{"layers": [');
    await put('.ollama/models/manifests/registry.ollama.ai/library/gone/1', ollama(['model', 'c'.repeat(64)]));
    await put('.ollama/models/manifests/registry.ollama.ai/library/out/1', ollama(['model', '../../../etc/passwd']));
    expect(await found()).toEqual({});
  });

  it('have places of their own on every platform', () => {
    const folders = (platform: NodeJS.Platform, base: string, env = {}): readonly string[] =>
      storesOn({ platform, home: base, env }).flatMap((store) => store.folders);
    expect(folders('darwin', '/Users/me')).toContain('/Users/me/Library/Caches/llama.cpp');
    expect(folders('darwin', '/Users/me')).toContain('/Users/me/Library/Application Support/nomic.ai/GPT4All');
    expect(folders('win32', 'C:\\Users\\me')).toContain('C:\\Users\\me\\AppData\\Local\\nomic.ai\\GPT4All');
    expect(folders('linux', '/home/me')).toContain('/usr/share/ollama/.ollama/models');
    expect(folders('linux', '/home/me', { OLLAMA_MODELS: '/data' })).toContain('/data');
    const nothing = { OLLAMA_MODELS: '', LLAMA_CACHE: '', HF_HOME: '', HF_HUB_CACHE: '', XDG_CACHE_HOME: '' };
    expect(folders('linux', '/home/me', nothing)).toEqual(folders('linux', '/home/me'));
  });
});

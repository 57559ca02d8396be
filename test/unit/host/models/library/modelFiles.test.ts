import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelFiles, type ModelFile } from '../../../../../src/host/models/library/modelFiles';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'paddock-files-'));
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function put(name: string, content = 'GGUF and more'): Promise<string> {
  const file = path.join(home, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

/** What is known of a path once it was looked at. */
async function lookAt(setting: string): Promise<ModelFile> {
  const files = new ModelFiles(home);
  await files.look([setting]);
  return files.get(setting);
}

const digest = 'a'.repeat(64);

describe('the file that a setting names', () => {
  it('is in the home folder where the path begins with a tilde', async () => {
    expect(await lookAt('~/models/a.gguf')).toEqual({ path: path.join(home, 'models/a.gguf') });
    expect(await lookAt('~')).toMatchObject({ path: path.join(home, '') });
    expect(await lookAt('~other/a.gguf')).toEqual({ path: '~other/a.gguf' });
  });

  it('is never looked for in the folder this process was started in', async () => {
    expect(await lookAt('package.json')).toEqual({ path: 'package.json' });
    expect(await lookAt('./models/a.gguf')).toEqual({ path: './models/a.gguf' });
  });

  it('is the first part of a model, whichever part is named', async () => {
    expect(await lookAt('/m/big-00002-of-00003.gguf')).toEqual({ path: '/m/big-00001-of-00003.gguf' });
  });

  it('has the name that Ollama’s manifests give it', async () => {
    const blob = await put(`.ollama/models/blobs/sha256-${digest}`);
    const layers = [{ mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${digest}`, size: 1 }];
    for (const tag of ['latest', '7b-chat']) {
      await put(`.ollama/models/manifests/registry.ollama.ai/library/llama2/${tag}`, JSON.stringify({ layers }));
    }
    expect(await lookAt(blob)).toEqual({ path: blob, name: 'llama2:7b-chat' });
    const old = await put(`.ollama/models/blobs/sha256:${digest}`);
    expect(await lookAt(old)).toEqual({ path: old, name: 'llama2:7b-chat' });
    const unnamed = await put(`.ollama/models/blobs/sha256-${'b'.repeat(64)}`);
    expect(await lookAt(unnamed)).toEqual({ path: unnamed });
  });

  it('is the link in the Hugging Face cache where the content-addressed file is named', async () => {
    const repository = '.cache/huggingface/hub/models--TheBloke--Llama-2-7B-Chat-GGUF';
    const blob = await put(`${repository}/blobs/${digest}`);
    const link = path.join(home, repository, 'snapshots/abc/llama-2-7b-chat.Q4_K_M.gguf');
    await mkdir(path.dirname(link), { recursive: true });
    await symlink(`../../blobs/${digest}`, link);
    expect(await lookAt(blob)).toEqual({ path: link });
    expect(await lookAt(link)).toEqual({ path: link });
    // A later download may have put another link in its place.
    const files = new ModelFiles(home);
    await files.look([blob]);
    const later = path.join(home, repository, 'snapshots/def/llama-2-7b-chat.Q4_K_M.gguf');
    await mkdir(path.dirname(later), { recursive: true });
    await rename(link, later);
    await files.look([blob]);
    expect(files.get(blob)).toEqual({ path: later });
  });

  it('has its folder’s name as well where its own is one that every model has', async () => {
    const file = await put('models/maker/Llama-2-7B-Chat-GGUF/ggml-model-q4_0.gguf');
    expect(await lookAt(file)).toEqual({ path: file, name: 'Llama-2-7B-Chat-GGUF/ggml-model-q4_0' });
  });

  it('is known by both of its paths, and before it was looked at by the one that is written', async () => {
    const files = new ModelFiles(home);
    const written = '~/models/maker/tiny/model.gguf';
    const file = { path: path.join(home, 'models/maker/tiny/model.gguf'), name: 'tiny/model' };
    expect(files.get(written)).toEqual(file);
    await files.look([written]);
    expect(files.get(written)).toEqual(file);
    expect(files.get(file.path)).toEqual(file);
  });
});

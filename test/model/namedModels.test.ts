import type { ExaminedModel, ModelFacts } from '../../src/contract/models';
import { copyFile, link, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelFiles } from '../../src/host/models/library/modelFiles';
import { findModels } from '../../src/host/models/library/findModels';
import { storesOn } from '../../src/host/models/library/modelStores';
import { methods, PROTOCOL_VERSION } from '../../src/contract/rpc/workerMethods';
import { BareWorker } from '../fixtures/engine/bareWorker';
import { encode, withValue, word } from '../fixtures/damaged/draft';
import { soundParts, writeParts } from '../fixtures/damaged/parts';
import { sound } from '../fixtures/damaged/sound';
import { loadParams } from '../fixtures/engine/realWorker';

let worker: BareWorker;
let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'paddock-named-'));
  worker = new BareWorker();
  await worker.request(methods.initialize, { protocolVersion: PROTOCOL_VERSION, clientVersion: 'test' });
});

afterAll(async () => {
  worker.process.stop(5000);
  await rm(home, { recursive: true });
});

/** Loads the model that a setting names, as the host does. */
async function load(setting: string): Promise<ModelFacts> {
  const files = new ModelFiles(home);
  await files.look([setting]);
  return worker.request<ModelFacts>(methods.loadModel, loadParams('', { ...files.get(setting), contextTokens: 512, threads: 1 }));
}

const bytesOf = (parts: readonly Buffer[]): number => parts.reduce((sum, { length }) => sum + length, 0);
/** Without `general.name`, by which a model is told as well. */
const nameless = withValue(sound, 'general.name', word(''));

describe('a model from another program’s store', () => {
  it('is laid out and called by its name where its file is called by a hash', async () => {
    const digest = 'c'.repeat(64);
    const store = join(home, '.ollama/models');
    const blob = join(store, 'blobs', `sha256-${digest}`);
    const manifest = join(store, 'manifests/registry.ollama.ai/library/llama2/7b-chat');
    for (const file of [blob, manifest]) await mkdir(dirname(file), { recursive: true });
    await writeFile(blob, encode(nameless).bytes);
    await writeFile(
      manifest,
      JSON.stringify({ layers: [{ mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${digest}` }] }),
    );
    expect(await load(blob)).toMatchObject({ name: 'llama2:7b-chat', path: blob, promptFormat: 'llama2' });
    // By the file alone it is a base model.
    expect(await worker.request(methods.loadModel, loadParams(blob, { contextTokens: 512, threads: 1 }))).toMatchObject({
      promptFormat: 'base',
    });
  });

  it('is loaded by its link in the Hugging Face cache, in parts, whichever of its paths is named', async () => {
    const hub = join(home, '.cache/huggingface/hub/models--org--big-chat-GGUF');
    const parts = soundParts(3, [], nameless);
    const snapshot = join(hub, 'snapshots/abc');
    await mkdir(join(hub, 'blobs'), { recursive: true });
    await mkdir(snapshot, { recursive: true });
    const links: string[] = [];
    for (const [index, bytes] of parts.entries()) {
      const hash = String(index + 1).repeat(64);
      await writeFile(join(hub, 'blobs', hash), bytes);
      links.push(join(snapshot, `llama-2-7b-chat.F32-0000${index + 1}-of-00003.gguf`));
      await symlink(`../../blobs/${hash}`, links[index] ?? '');
    }
    const stores = storesOn({ platform: 'linux', home, env: {} }).filter(({ name }) => name === 'Hugging Face');
    const [found] = await findModels(stores);
    expect(found).toMatchObject({ name: 'llama-2-7b-chat.F32 · Hugging Face', path: links[0], bytes: bytesOf(parts) });
    const expected = { name: 'llama-2-7b-chat', path: links[0], fileBytes: bytesOf(parts), promptFormat: 'llama2' };
    for (const path of [found?.path ?? '', links[2] ?? '', join(hub, 'blobs', '1'.repeat(64))])
      expect(await load(path)).toMatchObject(expected);
  });
});

describe('a model in parts', () => {
  it('is one model: all parts count for its size and for what it is known by', async () => {
    const parts = soundParts(2);
    const folder = join(home, 'parts');
    await mkdir(folder);
    const paths = await writeParts(folder, 'big', parts);
    const facts = await load(paths[1] ?? '');
    expect(facts).toMatchObject({ name: 'big', path: paths[0], fileBytes: bytesOf(parts) });
    const examined = await worker.request<ExaminedModel>(methods.examineModel, { path: paths[1], contextTokens: 512, gpu: 'off' });
    const whole = join(folder, 'whole.gguf');
    await writeFile(whole, encode(sound).bytes);
    const asOne = await worker.request<ExaminedModel>(methods.examineModel, { path: whole, contextTokens: 512, gpu: 'off' });
    expect(examined).toMatchObject({ parameters: asOne.parameters, weightBytes: asOne.weightBytes, fileBytes: bytesOf(parts) });
    // One weight of the second part is another one.
    const other = Buffer.from(parts[1] ?? '');
    other.writeFloatLE(0.5, other.length - 64);
    await writeFile(paths[1] ?? '', other);
    expect((await load(paths[0] ?? '')).fingerprint).not.toBe(facts.fingerprint);
  });

  it('names the part that is missing, and the way to call one that is called otherwise', async () => {
    const folder = join(home, 'missing');
    await mkdir(folder);
    const [first = '', second = ''] = await writeParts(folder, 'big', soundParts(2));
    await rename(second, join(folder, 'away'));
    for (const path of [first, second]) {
      const error = await worker.errorOf(methods.loadModel, loadParams(path));
      expect(error).toEqual({ kind: 'modelParts', path: second, problem: 'missing', part: 2, parts: 2 });
    }
    await copyFile(first, join(folder, 'llama.gguf'));
    expect(await worker.errorOf(methods.loadModel, loadParams(join(folder, 'llama.gguf')))).toMatchObject({ problem: 'misnamed', part: 1 });
    await link(join(folder, 'away'), second);
    expect(await load(first)).toMatchObject({ architecture: 'llama' });
  });

  it('is not looked for in the folder that the worker was started in', async () => {
    expect(await worker.errorOf(methods.loadModel, loadParams('package.json'))).toEqual({ kind: 'relativePath', path: 'package.json' });
  });
});

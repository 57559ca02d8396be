import type { ModelFacts } from '../../src/contract/models';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { methods, PROTOCOL_VERSION, type CountTokensResult, type InitializeResult } from '../../src/contract/rpc/workerMethods';
import { BareWorker } from '../fixtures/engine/bareWorker';
import {
  writeEmpty,
  writeHtml,
  writeTruncatedHeader,
  writeTruncatedTensors,
  writeUnsupportedArchitecture,
} from '../fixtures/models/brokenGguf';
import { tinyModelPath } from '../fixtures/models/llama';
import { loadParams, tinyChatModelPath, workerScript } from '../fixtures/engine/realWorker';
import { chatParams } from '../fixtures/engine/workerClient';

describe('the worker', () => {
  let worker: BareWorker;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paddock-models-'));
    worker = new BareWorker();
  });

  afterAll(async () => {
    worker.process.stop(5000);
    await rm(folder, { recursive: true });
  });

  it('answers nothing before the handshake', async () => {
    const refused = { kind: 'internal', detail: 'the first request has to be paddock/initialize' };
    expect(await worker.errorOf(methods.session, undefined)).toEqual(refused);
    expect(await worker.errorOf(methods.loadModel, loadParams(await tinyModelPath()))).toEqual(refused);
  });

  it('refuses a host of another version', async () => {
    expect(await worker.errorOf(methods.initialize, { protocolVersion: PROTOCOL_VERSION + 1, clientVersion: 'test' })).toEqual({
      kind: 'versionMismatch',
      host: PROTOCOL_VERSION + 1,
      worker: PROTOCOL_VERSION,
    });
  });

  it('shakes hands', async () => {
    const hello = await worker.request<InitializeResult>(methods.initialize, { protocolVersion: PROTOCOL_VERSION, clientVersion: 'test' });
    expect(hello).toEqual({
      protocolVersion: PROTOCOL_VERSION,
      pid: worker.process.pid,
      libraryVersion: expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
      runtimeVersion: process.version,
    });
  });

  it('has no model before one is loaded', async () => {
    expect(await worker.errorOf(methods.chat, { ...chatParams('Hello'), progress: 1 })).toEqual({ kind: 'noModel' });
    expect(await worker.request(methods.session, undefined)).toMatchObject({ lanes: [], parked: [], totals: { prefillTokens: 0 } });
  });

  const broken = [
    { name: 'a web page', write: writeHtml, error: { kind: 'notGguf', found: 'webPage' } },
    { name: 'an empty file', write: writeEmpty, error: { kind: 'notGguf', found: 'empty' } },
    { name: 'half a header', write: writeTruncatedHeader, error: { kind: 'modelTruncated', neededBytes: 0 } },
    { name: 'half the tensors', write: writeTruncatedTensors, error: { kind: 'modelTruncated' } },
    {
      name: 'an unknown architecture',
      write: writeUnsupportedArchitecture,
      error: { kind: 'unsupportedArchitecture', architecture: 'nosucharch' },
    },
  ];

  it.each(broken)('says what is wrong with $name, and lives on', async ({ name, write, error }) => {
    const path = join(folder, `${name}.gguf`);
    await write(path);
    expect(await worker.errorOf(methods.loadModel, loadParams(path))).toMatchObject({ ...error, path });
    expect(worker.exit).toBeUndefined();
  });

  it('says that a file is not there', async () => {
    const path = join(folder, 'nothing.gguf');
    expect(await worker.errorOf(methods.loadModel, loadParams(path))).toEqual({ kind: 'modelNotFound', path });
    expect(await worker.errorOf(methods.loadModel, loadParams(folder))).toMatchObject({ path: folder });
  });

  it('loads a sound model after all of that', async () => {
    const path = await tinyModelPath();
    const facts = await worker.request<ModelFacts>(methods.loadModel, loadParams(path, { contextTokens: 1024 }));
    expect(facts).toMatchObject({
      path,
      architecture: 'llama',
      promptFormat: 'base',
      trainContextTokens: 4096,
      contextTokens: 1024,
      gpu: false,
    });
    expect(facts.threads).toBeGreaterThanOrEqual(1);
    expect(facts.lanes).toBeGreaterThanOrEqual(2);
  });

  it('replaces its model, whose ids are no longer of use', async () => {
    const before = await worker.request<ModelFacts>(methods.loadModel, loadParams(await tinyModelPath()));
    const after = await worker.request<ModelFacts>(methods.loadModel, loadParams(await tinyChatModelPath()));
    expect(after.promptFormat).toBe('llama2');
    expect(after.fingerprint).not.toBe(before.fingerprint);
    // More context than the model was trained with is not given.
    const most = await worker.request<ModelFacts>(methods.loadModel, loadParams(await tinyChatModelPath(), { contextTokens: 100_000 }));
    expect(most.contextTokens).toBe(4096);
    expect(most.fingerprint).toBe(after.fingerprint);
  });

  it('counts the tokens of texts', async () => {
    const { counts } = await worker.request<CountTokensResult>(methods.countTokens, { texts: ['', 'Hello', 'Hello\n'.repeat(5000)] });
    expect(counts[0]).toBe(0);
    expect(counts[1]).toBeGreaterThanOrEqual(1);
    expect(counts[2]).toBeGreaterThanOrEqual(10_000);
  });

  it('ends when it is told to', async () => {
    worker.process.stop(5000);
    await vi.waitFor(() => {
      expect(worker.exit).toBeDefined();
    });
    expect(worker.exit).toBe('exit code 0');
  });

  it('shakes hands without its library too, and says that it is missing when a model is to be loaded', async () => {
    const script = join(folder, 'main.mjs');
    await copyFile(workerScript, script);
    const alone = new BareWorker(script);
    const hello = await alone.request<InitializeResult>(methods.initialize, { protocolVersion: PROTOCOL_VERSION, clientVersion: 'test' });
    expect(hello.libraryVersion).toBe('unknown');
    expect(await alone.errorOf(methods.loadModel, loadParams(await tinyModelPath()))).toEqual({
      kind: 'engineUnavailable',
      detail: expect.stringContaining('node-llama-cpp') as unknown,
    });
    alone.process.stop(5000);
  });
});

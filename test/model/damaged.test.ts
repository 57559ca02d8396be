import type { ChatResult } from '../../src/contract/chat';
import type { ModelFacts } from '../../src/contract/models';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineErrorData } from '../../src/contract/engineErrors';
import type { SessionView } from '../../src/contract/sessionFacts';
import { methods, PROTOCOL_VERSION, type InitializeResult } from '../../src/contract/rpc/workerMethods';
import { checkGguf } from '../../src/worker/model/gguf/checkGguf';
import { BareWorker } from '../fixtures/engine/bareWorker';
import { damagedFiles, type DamagedFile } from '../fixtures/damaged/cases';
import { encode, withValue, word } from '../fixtures/damaged/draft';
import { sound } from '../fixtures/damaged/sound';
import { hostileTemplates } from '../fixtures/damaged/templates';
import { embeddedModelPath, loadParams } from '../fixtures/engine/realWorker';
import { chatParams } from '../fixtures/engine/workerClient';

/** Longest that the worker may take to say what is wrong with a file or a template, in milliseconds. */
const patience = 5000;
/** How many bytes the worker's memory may grow by while it refuses one file after the other. */
const mostGrowth = 150e6;
/**
 * How many bytes it may grow by while it renders hostile templates. The thread that renders them may use 128 MB of heap and 32 MB for
 * young objects and code (`templateThread.ts`), and the allocator gives memory back late.
 */
const mostTemplateGrowth = 250e6;

let worker: BareWorker;
let folder: string;
let path: string;
let pid: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paddock-damaged-'));
  path = join(folder, 'model.gguf');
  worker = new BareWorker();
  ({ pid } = await worker.request<InitializeResult>(methods.initialize, { protocolVersion: PROTOCOL_VERSION, clientVersion: 'test' }));
});

afterAll(async () => {
  worker.process.stop(5000);
  await rm(folder, { recursive: true });
});

async function residentBytes(): Promise<number> {
  return (await worker.request<SessionView>(methods.session, undefined)).memory.residentBytes;
}

async function load(bytes: Buffer): Promise<ModelFacts> {
  await writeFile(path, bytes);
  return worker.request<ModelFacts>(methods.loadModel, loadParams(path, { contextTokens: 512, threads: 1 }));
}

/** What the worker says of a file, and how long that took it. */
async function refusal(bytes: Buffer): Promise<{ readonly error: EngineErrorData; readonly milliseconds: number }> {
  await writeFile(path, bytes);
  const started = performance.now();
  const error = await worker.errorOf(methods.loadModel, loadParams(path, { contextTokens: 512, threads: 1 }));
  return { error, milliseconds: performance.now() - started };
}

const files = damagedFiles();

describe('the check of a model file', () => {
  it('finds nothing wrong with the embedded model', () => {
    expect(() => {
      checkGguf(embeddedModelPath());
    }).not.toThrow();
  });
});

describe('a worker', () => {
  it('loads the sound model that all are made from, and answers by it', async () => {
    expect(await load(encode(sound).bytes)).toMatchObject({ architecture: 'llama', contextTokens: 512 });
    const answer = await worker.request<ChatResult>(methods.chat, { ...chatParams('a', { maxTokens: 4 }), progress: 1 });
    expect(answer.metrics.generatedTokens).toBeGreaterThan(0);
  });

  it(`says of each of ${files.length} damaged files what is wrong with it, soon and within its memory, and lives on`, async () => {
    const before = await residentBytes();
    const wrong: string[] = [];
    let most = before;
    const check = async ({ name, kinds, bytes }: DamagedFile): Promise<void> => {
      const { error, milliseconds } = await refusal(bytes());
      if (!kinds.includes(error.kind)) wrong.push(`${name}: ${JSON.stringify(error)}`);
      if (milliseconds > patience) wrong.push(`${name}: ${Math.round(milliseconds)} ms`);
      most = Math.max(most, await residentBytes());
    };
    for (const file of files) await check(file);
    expect(wrong).toEqual([]);
    expect(worker.exit).toBeUndefined();
    expect(worker.process.pid).toBe(pid);
    expect(most - before).toBeLessThan(mostGrowth);
    expect(await load(encode(sound).bytes)).toMatchObject({ architecture: 'llama' });
  }, 120_000);

  // One of each kind: test/unit/prompt/template/hostileTemplates.test.ts has them all, as loading a model takes its time.
  const templates = ['loops in loops', 'doubles a tree', 'calls itself twice', 'is ten megabytes of tags'].map(
    (name) => [name, hostileTemplates[name] ?? ''] as const,
  );

  it(`answers a chat by each of ${templates.length} hostile templates with an error, soon and within its memory, and lives on`, async () => {
    const before = await residentBytes();
    const wrong: string[] = [];
    let most = before;
    for (const [name, source] of templates) {
      expect(await load(encode(withValue(sound, 'tokenizer.chat_template', word(source))).bytes)).toMatchObject({
        promptFormat: 'template',
      });
      const started = performance.now();
      const error = await worker.errorOf(methods.chat, { ...chatParams('Hello'), progress: 2 });
      const milliseconds = performance.now() - started;
      if (error.kind !== 'chatTemplate') wrong.push(`${name}: ${JSON.stringify(error)}`);
      if (milliseconds > patience) wrong.push(`${name}: ${Math.round(milliseconds)} ms`);
      most = Math.max(most, await residentBytes());
    }
    expect(wrong).toEqual([]);
    expect(worker.exit).toBeUndefined();
    expect(worker.process.pid).toBe(pid);
    expect(most - before).toBeLessThan(mostTemplateGrowth);
  }, 120_000);
});

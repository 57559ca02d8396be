import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { freemem } from 'node:os';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GgufFileInfo, Llama, LlamaContext, LlamaLogLevel, LlamaModel, Token } from 'node-llama-cpp';
import type { ChatFormat, PromptTokenizer } from '../../prompt/types';
import { classifyLoadFailure, EngineFailure, firstLine, messageOf } from './failures';
import { chooseChatLanes } from './lanes';
import { chooseThreads, readThreadLimits } from './threads';
import { loadLibrary, type Library } from './version';

export interface LoadOptions {
  readonly path: string;
  /** Tokens of context wanted in each lane; capped by what the model was trained with. */
  readonly contextTokens: number;
  readonly gpu: 'auto' | 'off';
  /** 0 to choose. */
  readonly threads: number;
}

export type EngineLog = (level: 'error' | 'warn' | 'info' | 'debug', message: string) => void;

/** A model with its llama context, ready for a session. */
export interface LoadedModel {
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly llama: Llama;
  readonly tokenizer: PromptTokenizer;
  readonly format: ChatFormat;
  readonly facts: {
    readonly fingerprint: string;
    readonly name: string;
    readonly path: string;
    readonly fileBytes: number;
    readonly architecture: string;
    readonly promptFormat: ChatFormat['kind'];
    readonly trainContextTokens: number;
    readonly contextTokens: number;
    readonly lanes: number;
    readonly laneBytes: number;
    readonly freeBytes: number;
    readonly threads: number;
    readonly mapped: boolean;
    readonly gpu: string | false;
    readonly loadMilliseconds: number;
  };
  dispose(): Promise<void>;
}

/** Most tokens of one step; llama.cpp's logical batch. */
export const largestStep = 512;

/**
 * Loads a GGUF file and makes the one context of this worker.
 * @throws EngineFailure for everything a user can do something about
 */
export async function loadModel(options: LoadOptions, onProgress: (fraction: number) => void, log: EngineLog): Promise<LoadedModel> {
  const started = performance.now();
  const library = await loadLibrary();
  const file = await examineFile(library, options.path);
  const complaints: string[] = [];
  let neededBytes = file.bytes;
  const llama = await startLlama(library, options, (level, message) => {
    if (level === 'error') complaints.push(message);
    log(level, message);
  });
  let model: LlamaModel | undefined;
  try {
    model = await llama.loadModel({ modelPath: options.path, useMmap: false, onLoadProgress: onProgress });
    const contextTokens = Math.max(256, Math.min(options.contextTokens, model.trainContextSize || options.contextTokens));
    const { context, threads } = await createContext(llama, model, contextTokens, options, (bytes) => {
      neededBytes += bytes;
    });
    const tokenizer = promptTokenizer(model, file.fingerprint);
    const format = chatFormat(file, model);
    const loaded = model;
    return {
      model,
      context,
      llama,
      tokenizer,
      format,
      facts: {
        fingerprint: file.fingerprint,
        name: displayName(options.path),
        path: options.path,
        fileBytes: file.bytes,
        architecture: file.architecture,
        promptFormat: format.kind,
        trainContextTokens: model.trainContextSize,
        contextTokens: context.contextSize,
        lanes: context.totalSequences,
        laneBytes: 0,
        freeBytes: freemem(),
        threads,
        mapped: false,
        gpu: llama.gpu === false || model.gpuLayers === 0 ? false : llama.gpu,
        loadMilliseconds: performance.now() - started,
      },
      dispose: async () => {
        await context.dispose();
        await loaded.dispose();
      },
    };
  } catch (error) {
    await model?.dispose();
    await untilReported(complaints);
    throw classifyLoadFailure(error, {
      path: options.path,
      architecture: file.architecture,
      neededBytes,
      freeBytes: freemem(),
      isInsufficientMemory: error instanceof library.InsufficientMemoryError,
      complaints,
    });
  }
}

/** How long llama.cpp's lines are waited for, and how long for more after the first; milliseconds. */
const firstLineLimit = 1000;
const moreLinesLimit = 50;

/** llama.cpp's lines come over from its threads, and often after the exception whose reason they are. */
async function untilReported(complaints: readonly string[]): Promise<void> {
  const deadline = performance.now() + firstLineLimit;
  while (complaints.length === 0 && performance.now() < deadline) await sleep(10);
  await sleep(moreLinesLimit);
}

/**
 * One for the process and each kind of device, and where its lines go: the library takes a second one's logger away together with the
 * first one's, and with it the reasons why a load failed. It ends with the process.
 */
const llamas = new Map<LoadOptions['gpu'], Llama>();
let currentLog: EngineLog = () => undefined;

async function startLlama(library: Library, { gpu }: LoadOptions, log: EngineLog): Promise<Llama> {
  currentLog = log;
  const known = llamas.get(gpu);
  if (known) return known;
  try {
    const llama = await library.getLlama({
      gpu: gpu === 'auto' ? 'auto' : false,
      // Never compile and never download: nothing leaves the machine, and the package carries its binaries.
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: library.LlamaLogLevel.info,
      logger: (level, message) => {
        currentLog(levels[level] ?? 'debug', message.trimEnd());
      },
    });
    llamas.set(gpu, llama);
    return llama;
  } catch (error) {
    throw new EngineFailure({ kind: 'engineUnavailable', detail: firstLine(messageOf(error)) });
  }
}

const levels: Partial<Record<`${LlamaLogLevel}`, 'error' | 'warn' | 'info' | 'debug'>> = { fatal: 'error', error: 'error', warn: 'warn' };

async function createContext(
  llama: Llama,
  model: LlamaModel,
  contextSize: number,
  options: LoadOptions,
  onEstimate: (bytes: number) => void,
): Promise<{ context: LlamaContext; threads: number }> {
  const threads = chooseThreads(options.threads, readThreadLimits(llama.cpuMathCores));
  llama.maxThreads = threads;
  const one = await model.fileInsights.estimateContextResourceRequirementsV2({
    contextSize,
    modelGpuLayers: model.gpuLayers,
    sequences: 1,
    batchSize: largestStep,
  });
  const laneBytes = one.cpuRam + one.gpuVram;
  const sequences = 1 + chooseChatLanes(laneBytes, freemem());
  onEstimate(sequences * laneBytes);
  const context = await model.createContext({
    contextSize,
    sequences,
    batchSize: largestStep,
    threads,
    // Models with a sliding window would otherwise forget what a lane is reused for.
    swaFullCache: true,
    // A context that silently came out smaller would cut conversations without a word.
    failedCreationRemedy: false,
  });
  return { context, threads };
}

interface ExaminedFile {
  readonly info: GgufFileInfo;
  readonly bytes: number;
  readonly fingerprint: string;
  readonly architecture: string;
  /** `general.name`; empty where the file has none. */
  readonly name: string;
}

/** Bytes of the file's beginning that go into its fingerprint: metadata and vocabulary lie there. */
const fingerprintBytes = 4 * 1024 * 1024;

async function examineFile({ readGgufFileInfo }: Library, path: string): Promise<ExaminedFile> {
  let bytes: number;
  let fingerprint: string;
  try {
    const file = await open(path, 'r');
    try {
      bytes = (await file.stat()).size;
      const head = Buffer.alloc(Math.min(bytes, fingerprintBytes));
      await file.read(head, 0, head.length, 0);
      fingerprint = createHash('sha256').update(head).update(String(bytes)).digest('hex').slice(0, 32);
    } finally {
      await file.close();
    }
  } catch {
    throw new EngineFailure({ kind: 'modelNotFound', path });
  }
  try {
    const info = await readGgufFileInfo(path, { sourceType: 'filesystem', logWarnings: false });
    const { architecture, name } = generalOf(info);
    return {
      info,
      bytes,
      fingerprint,
      architecture: typeof architecture === 'string' ? architecture : 'unknown',
      name: typeof name === 'string' ? name.trim() : '',
    };
  } catch (error) {
    throw new EngineFailure({ kind: 'modelBroken', path, detail: firstLine(messageOf(error)) });
  }
}

/** The library's types promise a `general` section with what belongs in it; the file is what somebody downloaded. */
function generalOf(info: GgufFileInfo): { readonly architecture?: unknown; readonly name?: unknown } {
  return (info.metadata as { readonly general?: { readonly architecture?: unknown; readonly name?: unknown } }).general ?? {};
}

function promptTokenizer(model: LlamaModel, fingerprint: string): PromptTokenizer {
  return {
    fingerprint,
    bos: model.tokens.shouldPrependBosToken ? (model.tokens.bos ?? undefined) : undefined,
    eos: model.tokens.eos ?? undefined,
    encode: (text) => model.tokenize(text, false),
    encodeTemplate: (text) => model.tokenize(text, true),
  };
}

/** The file's name without its quantisation: what is inside a GGUF as its name is often a path or a training run of its maker. */
function displayName(path: string): string {
  return basename(path)
    .replace(/\.gguf$/i, '')
    .replace(/[-._](I?Q\d\w*|B?F16|F32)$/i, '');
}

/** Meta's models from before GGUF carried templates are told by their name alone. */
const llama2ChatName = /llama[-_ ]?v?2.*chat|code ?llama.*instruct/i;

/** Whether a file or a model so called is one of those. */
export function isLlama2ChatName(name: string): boolean {
  return llama2ChatName.test(name);
}

function chatFormat({ info, name }: ExaminedFile, model: LlamaModel): ChatFormat {
  const source = info.metadata.tokenizer.chat_template;
  if (typeof source === 'string' && source.trim() !== '') {
    if (source.includes('[INST]') && source.includes('<<SYS>>')) return { kind: 'llama2' };
    return { kind: 'template', source, bosText: model.tokens.bosString ?? '', eosText: model.tokens.eosString ?? '' };
  }
  return isLlama2ChatName(name) || isLlama2ChatName(basename(model.filename ?? '')) ? { kind: 'llama2' } : { kind: 'base' };
}

/** The library brands its token ids; ours are plain numbers. */
export function asTokens(tokens: readonly number[]): Token[] {
  return tokens as Token[];
}

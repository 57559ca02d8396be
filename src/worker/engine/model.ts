import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { freemem } from 'node:os';
import { basename } from 'node:path';
import {
  getLlama,
  InsufficientMemoryError,
  LlamaLogLevel,
  readGgufFileInfo,
  type GgufFileInfo,
  type Llama,
  type LlamaContext,
  type LlamaModel,
  type Token,
} from 'node-llama-cpp';
import type { ChatFormat, PromptTokenizer } from '../../prompt/types';
import { EngineFailure } from './failures';
import { chooseChatLanes } from './lanes';
import { chooseThreads, readThreadLimits } from './threads';

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
    readonly threads: number;
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
  const file = await examineFile(options.path);
  const complaints: string[] = [];
  const llama = await startLlama(options, (level, message) => {
    if (level === 'error') complaints.push(message);
    log(level, message);
  });
  try {
    const model = await llama.loadModel({ modelPath: options.path, useMmap: false, onLoadProgress: onProgress });
    const contextTokens = Math.max(256, Math.min(options.contextTokens, model.trainContextSize || options.contextTokens));
    const { context, threads } = await createContext(llama, model, contextTokens, options);
    const tokenizer = promptTokenizer(model, file.fingerprint);
    const format = chatFormat(file, model);
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
        threads,
        gpu: llama.gpu === false || model.gpuLayers === 0 ? false : llama.gpu,
        loadMilliseconds: performance.now() - started,
      },
      dispose: async () => {
        await context.dispose();
        await model.dispose();
        await llama.dispose();
      },
    };
  } catch (error) {
    await llama.dispose();
    throw classify(error, options.path, file, complaints);
  }
}

async function startLlama(
  options: LoadOptions,
  log: (level: 'error' | 'warn' | 'info' | 'debug', message: string) => void,
): Promise<Llama> {
  try {
    return await getLlama({
      gpu: options.gpu === 'auto' ? 'auto' : false,
      // Never compile and never download: nothing leaves the machine, and the package carries its binaries.
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: LlamaLogLevel.info,
      logger: (level, message) => {
        log(levels[level] ?? 'debug', message.trimEnd());
      },
    });
  } catch (error) {
    throw new EngineFailure({ kind: 'engineUnavailable', detail: messageOf(error) });
  }
}

const levels: Partial<Record<LlamaLogLevel, 'error' | 'warn' | 'info' | 'debug'>> = {
  [LlamaLogLevel.fatal]: 'error',
  [LlamaLogLevel.error]: 'error',
  [LlamaLogLevel.warn]: 'warn',
};

async function createContext(
  llama: Llama,
  model: LlamaModel,
  contextSize: number,
  options: LoadOptions,
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
  const context = await model.createContext({
    contextSize,
    sequences,
    batchSize: largestStep,
    threads,
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

async function examineFile(path: string): Promise<ExaminedFile> {
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
    throw new EngineFailure({ kind: 'modelBroken', path, detail: messageOf(error) });
  }
}

/** The library's types promise a `general` section with what belongs in it; the file is what somebody downloaded. */
function generalOf(info: GgufFileInfo): { readonly architecture?: unknown; readonly name?: unknown } {
  return (info.metadata as { readonly general?: { readonly architecture?: unknown; readonly name?: unknown } }).general ?? {};
}

function classify(error: unknown, path: string, file: ExaminedFile, complaints: readonly string[]): unknown {
  if (error instanceof EngineFailure) return error;
  const detail = [messageOf(error), ...complaints].join('\n');
  if (error instanceof InsufficientMemoryError || /unable to allocate|failed to allocate|out of memory/i.test(detail)) {
    return new EngineFailure({ kind: 'outOfMemory', path, neededBytes: file.bytes, freeBytes: freemem() });
  }
  if (/unknown (model )?architecture/i.test(detail)) {
    return new EngineFailure({ kind: 'unsupportedArchitecture', path, architecture: file.architecture });
  }
  return new EngineFailure({ kind: 'modelBroken', path, detail });
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
const llama2ChatName = /llama-?2.*chat|codellama.*instruct/i;

function chatFormat({ info, name }: ExaminedFile, model: LlamaModel): ChatFormat {
  const source = info.metadata.tokenizer.chat_template;
  if (typeof source === 'string' && source.trim() !== '') {
    if (source.includes('[INST]') && source.includes('<<SYS>>')) return { kind: 'llama2' };
    return { kind: 'template', source, bosText: model.tokens.bosString ?? '', eosText: model.tokens.eosString ?? '' };
  }
  return llama2ChatName.test(name) || llama2ChatName.test(basename(model.filename ?? '')) ? { kind: 'llama2' } : { kind: 'base' };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The library brands its token ids; ours are plain numbers. */
export function asTokens(tokens: readonly number[]): Token[] {
  return tokens as Token[];
}

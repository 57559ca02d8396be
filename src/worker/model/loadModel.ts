import type { ExamineModelParams, GpuFailure, ModelNeed } from '../../contract/models';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Llama, LlamaContext, LlamaLogLevel, LlamaModel, Token, TokenBias } from 'node-llama-cpp';
import { readModelFileName } from '../../util/gguf/modelFileName';
import type { TemplateRenderer } from '../../prompt/template/templateRenderer';
import type { ChatFormat, PromptTokenizer } from '../../prompt/promptTypes';
import { chooseCapacity, leastBytes, shouldMap, type Capacity } from '../../util/memoryBudget';
import { availableBytes } from '../../util/node/memory';
import { classifyEstimateFailure, classifyLoadFailure, EngineFailure, firstLine, messageOf } from './loadErrors';
import { buildFor, unusableGpu } from './gpuBuild';
import { readChatTemplate } from './libraryMetadata';
import { examineFile, type ExaminedFile } from './modelFile';
import { Neighbours } from './otherWindows';
import { keyOf, recall, type Remembered } from '../tuning/calibrationStore';
import { chooseThreads, readThreadLimits } from './threadLimits';
import { isLlama2ChatName } from './llama2Names';
import { promptTokenizer } from './tokenizer';
import { libraryVersion, loadLibrary, type Library } from './llamaLibrary';

export interface LoadOptions {
  /** The model's file, or any part of it. */
  readonly path: string;
  /** What the model is called where it was found, where that is not what its file is called. */
  readonly name?: string | undefined;
  /** Tokens of context wanted in each lane; capped by what the model was trained with. */
  readonly contextTokens: number;
  readonly gpu: 'auto' | 'off';
  /** 0 to choose. */
  readonly threads: number;
  /** Where measurements are remembered and other windows' workers known. */
  readonly folder?: string | undefined;
  /** Load although the measured memory looks too small. */
  readonly force?: boolean | undefined;
  /**
   * An instance of the library of its own, as contexts of one divide its threads between them, also while only one of them has a step. For
   * the second model of a worker.
   */
  readonly isSecond?: boolean | undefined;
  /** The other model, where the worker has two. */
  readonly beside?: Beside | undefined;
  /** Renders the file's chat template. */
  readonly templates?: TemplateRenderer | undefined;
  /** Called once it is known what the model will run on, before anything is loaded. */
  readonly onDevice?: ((device: string | false, unusable?: GpuFailure) => void) | undefined;
  /** Called once it is known what file it is, long before it is loaded. */
  readonly onIdentified?: ((fingerprint: string) => void) | undefined;
}

/** What another model of this worker takes of the memory; bytes. */
export interface Beside {
  /** Of what counts as free: what it is still to be given, and its file where that is mapped. */
  readonly reservedBytes: number;
  /** By now, and in all. */
  readonly takenBytes: number;
}

export type EngineLog = (level: 'error' | 'warn' | 'info' | 'debug', message: string) => void;

/** A model with its llama context, ready for a session. */
export interface LoadedModel {
  readonly model: LlamaModel;
  readonly context: LlamaContext;
  readonly llama: Llama;
  readonly tokenizer: PromptTokenizer;
  /** For sampling: lets only these tokens be chosen, in the order of likelihood they have. */
  readonly onlyOf: (tokens: readonly number[]) => TokenBias;
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
  /** Tokens that layers with a sliding window attend to; 0 where it has none, `undefined` where llama.cpp did not say. */
  readonly slidingWindow: number | undefined;
  /** Under which name measurements of this model on this machine are remembered, and what was remembered before. */
  readonly key: string;
  readonly remembered: Remembered | undefined;
  /** Bytes of weights that llama.cpp repacked for this processor. */
  readonly repackedBytes: number;
  /** Bytes of its weights and its lanes. */
  readonly takenBytes: number;
  dispose(): Promise<void>;
}

/** Most tokens of one step; llama.cpp's logical batch. */
export const largestStep = 512;

/**
 * Loads a GGUF file and makes its one context.
 * @throws EngineFailure for everything a user can do something about
 */
export async function loadModel(options: LoadOptions, onProgress: (fraction: number) => void, log: EngineLog): Promise<LoadedModel> {
  const started = performance.now();
  const library = await loadLibrary();
  const file = await examineFile(library, options.path);
  const reports = new Reports();
  const llama = await startLlama(library, options, (level, message) => {
    reports.add(level, message);
    log(level, message);
  });
  const gpuLayers = options.gpu === 'off' ? 0 : 'auto';
  const device = options.gpu === 'off' ? false : llama.gpu;
  options.onDevice?.(device, options.gpu === 'auto' && device === false ? await unusableGpu(library) : undefined);
  const limits = readThreadLimits(llama.cpuMathCores);
  const threads = chooseThreads(options.threads, limits);
  const { fingerprint } = file;
  options.onIdentified?.(fingerprint);
  const key = keyOf({ fingerprint, libraryVersion: await libraryVersion(), gpu: device, threads, limits });
  const remembered = options.folder === undefined ? undefined : await recall(options.folder, key);
  const neighbours = options.folder === undefined ? undefined : new Neighbours(options.folder);
  const estimate = await estimateOf(library, llama, file, options);
  await refuseWhatDoesNotFit(file, estimate, device !== false, options, neighbours);
  const mapped = shouldMap(file.bytes, remembered?.repackedBytes);
  const attempt = { path: options.path, architecture: file.architecture, neededBytes: file.bytes };
  let model: LlamaModel | undefined;
  try {
    model = await llama.loadModel({ modelPath: file.path, gpuLayers, useMmap: mapped, onLoadProgress: onProgress });
    const freeBytes = freeBytesFor(options) - (mapped ? file.bytes : 0);
    // The library counts with a sign, and a file may say 0.
    const trainContextTokens = Math.max(0, model.trainContextSize);
    const capacity = capacityFor(options, trainContextTokens, estimate, freeBytes);
    attempt.neededBytes += capacity.lanes * capacity.contextTokens * estimate.bytesPerToken;
    const context = await createContext(llama, model, capacity, threads);
    await neighbours?.announce(attempt.neededBytes + (options.beside?.takenBytes ?? 0));
    const name = options.name ?? readModelFileName(file.path).name;
    const format = chatFormat(file, model, name, options.templates);
    const loaded = model;
    return {
      model,
      context,
      llama,
      tokenizer: promptTokenizer(model, fingerprint),
      onlyOf: (tokens) => allowOnly(library.TokenBias.for(loaded), tokens),
      format,
      facts: {
        ...factsOf(file),
        name,
        path: options.path,
        promptFormat: format.kind,
        trainContextTokens,
        contextTokens: context.contextSize,
        lanes: context.totalSequences,
        laneBytes: context.contextSize * estimate.bytesPerToken,
        freeBytes,
        threads,
        mapped,
        gpu: model.gpuLayers === 0 ? false : device,
        loadMilliseconds: performance.now() - started,
      },
      key,
      remembered,
      slidingWindow: reports.slidingWindow ?? findWindowByFile(file),
      repackedBytes: reports.repackedBytes,
      takenBytes: attempt.neededBytes,
      dispose: async () => {
        await context.dispose();
        await loaded.dispose();
        await neighbours?.leave();
      },
    };
  } catch (error) {
    await model?.dispose();
    const complaints = await reports.complaintsOfFailure();
    const isInsufficientMemory = error instanceof library.InsufficientMemoryError;
    throw classifyLoadFailure(error, { ...attempt, freeBytes: availableBytes(), isInsufficientMemory, complaints });
  }
}

interface Estimate {
  /** KV cache of one lane, by its tokens. */
  readonly bytesPerToken: number;
}

/** What a context takes by the file's own figures. Two lanes and one differ by a lane, whatever else there is. */
export async function estimateOf(
  library: Library,
  llama: Llama,
  file: ExaminedFile,
  options: Pick<LoadOptions, 'path' | 'contextTokens' | 'gpu'>,
): Promise<Estimate> {
  const contextSize = Math.max(256, options.contextTokens);
  try {
    const insights = await library.GgufInsights.from(file.info, llama);
    const of = async (sequences: number): Promise<number> => {
      const { cpuRam, gpuVram } = await insights.estimateContextResourceRequirementsV2({
        contextSize,
        modelGpuLayers: options.gpu === 'off' ? 0 : insights.totalLayers,
        sequences,
        batchSize: largestStep,
        swaFullCache: true,
      });
      return cpuRam + gpuVram;
    };
    const bytesPerToken = Math.max(1, ((await of(2)) - (await of(1))) / contextSize);
    if (Number.isFinite(bytesPerToken)) return { bytesPerToken };
  } catch (error) {
    throw classifyEstimateFailure(error, options.path);
  }
  throw new EngineFailure({ kind: 'modelBroken', path: options.path, part: 'metadata', detail: 'a context of no size' });
}

/**
 * Looks at a file and loads nothing.
 * @throws EngineFailure as {@link loadModel} would
 */
export async function measureModel(params: ExamineModelParams, log: EngineLog): Promise<ModelNeed> {
  const library = await loadLibrary();
  const file = await examineFile(library, params.path);
  const llama = await startLlama(library, params, log);
  const { bytesPerToken } = await estimateOf(library, llama, file, params);
  return {
    fingerprint: file.fingerprint,
    fileBytes: file.bytes,
    minBytes: leastBytes({ weights: file.bytes, bytesPerToken, contextTokens: params.contextTokens }),
    hasGpu: llama.gpu !== false,
    freeBytes: availableBytes(),
  };
}

function factsOf({
  fingerprint,
  bytes,
  architecture,
}: ExaminedFile): Pick<LoadedModel['facts'], 'fingerprint' | 'fileBytes' | 'architecture'> {
  return { fingerprint, fileBytes: bytes, architecture };
}

/** @param trainContextTokens 0 where the file does not say */
function capacityFor({ contextTokens, beside }: LoadOptions, trainContextTokens: number, estimate: Estimate, freeBytes: number): Capacity {
  const wanted = Math.max(256, Math.min(contextTokens, trainContextTokens || contextTokens));
  // Two sessions share what lanes may take.
  return chooseCapacity(wanted, estimate.bytesPerToken, beside ? freeBytes / 2 : freeBytes);
}

function freeBytesFor({ beside }: LoadOptions): number {
  return Math.max(0, availableBytes() - (beside?.reservedBytes ?? 0));
}

/** Before anything is allocated: Linux would give the memory and take a process for it later. */
async function refuseWhatDoesNotFit(
  file: ExaminedFile,
  { bytesPerToken }: Estimate,
  hasGpu: boolean,
  options: LoadOptions,
  neighbours: Neighbours | undefined,
): Promise<void> {
  if (options.force || hasGpu) return;
  const neededBytes = leastBytes({ weights: file.bytes, bytesPerToken, contextTokens: options.contextTokens });
  const freeBytes = freeBytesFor(options);
  if (neededBytes <= freeBytes) return;
  const others = (await neighbours?.others()) ?? [];
  const othersBytes = others.reduce((sum, { bytes }) => sum + bytes, 0);
  throw new EngineFailure({ kind: 'doesNotFit', path: options.path, neededBytes, freeBytes, others: others.length, othersBytes });
}

/** What llama.cpp says in its log and nowhere else. */
class Reports {
  private readonly complaints: string[] = [];
  repackedBytes = 0;
  /** llama.cpp knows it better than the file: it gives some architectures a window that has no key, and takes Phi-3's away. */
  slidingWindow: number | undefined;

  add(level: string, message: string): void {
    if (level === 'error') this.complaints.push(message);
    const window = /\bn_swa\s*=\s*(\d+)/.exec(message)?.[1];
    if (window !== undefined) this.slidingWindow ??= Number(window);
    const megabytes = /_REPACK model buffer size\s*=\s*([\d.]+) MiB/.exec(message)?.[1];
    if (megabytes !== undefined) this.repackedBytes += Number(megabytes) * 1024 * 1024;
  }

  /** llama.cpp's lines come over from its threads, and often after the exception whose reason they are. */
  async complaintsOfFailure(): Promise<readonly string[]> {
    const deadline = performance.now() + firstLineLimit;
    while (this.complaints.length === 0 && performance.now() < deadline) await sleep(10);
    await sleep(moreLinesLimit);
    return this.complaints;
  }
}

/** Architectures that llama.cpp gives a sliding window without a key in the file (`n_swa` in its src/models). */
const OWN_WINDOW: ReadonlySet<string> = new Set(['exaone4', 'exaone-moe', 'gemma2', 'llama4', 'smallthinker']);

/**
 * Tokens of the sliding window by the file, for where llama.cpp's line about it does not come over, as from the library's second instance;
 * 0 for a model without one, `undefined` where the file does not tell.
 */
function findWindowByFile({ info, architecture }: ExaminedFile): number | undefined {
  const attention = (info.architectureMetadata as { readonly attention?: { readonly sliding_window?: unknown } } | undefined)?.attention;
  const window = attention?.sliding_window;
  if (window === undefined) return OWN_WINDOW.has(architecture) ? undefined : 0;
  return typeof window === 'number' && window >= 0 ? window : undefined;
}

/** How long llama.cpp's lines are waited for, and how long for more after the first; milliseconds. */
const firstLineLimit = 1000;
const moreLinesLimit = 50;

/**
 * One for each kind of device, and another for a second model, and where its lines go: the library takes a second one's logger away together with the
 * first one's, and with it the reasons why a load failed. They end with the process.
 */
const llamas = new Map<string, Llama>();
let currentLog: EngineLog = () => undefined;

/** @throws EngineFailure */
export async function startLlama(
  library: Library,
  { gpu, isSecond = false }: Pick<LoadOptions, 'gpu' | 'isSecond'>,
  log?: EngineLog,
): Promise<Llama> {
  if (log) currentLog = log;
  const key = `${gpu} ${isSecond}`;
  const known = llamas.get(key);
  if (known) return known;
  try {
    const llama = await library.getLlama({
      gpu: buildFor(gpu),
      // Never compile and never download: nothing leaves the machine, and the package carries its binaries.
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      logLevel: library.LlamaLogLevel.info,
      logger: (level, message) => {
        currentLog(levels[level] ?? 'debug', message.trimEnd());
      },
    });
    llamas.set(key, llama);
    return llama;
  } catch (error) {
    throw new EngineFailure({ kind: 'engineUnavailable', detail: firstLine(messageOf(error)) });
  }
}

const levels: Partial<Record<`${LlamaLogLevel}`, 'error' | 'warn' | 'info' | 'debug'>> = { fatal: 'error', error: 'error', warn: 'warn' };

async function createContext(llama: Llama, model: LlamaModel, { lanes, contextTokens }: Capacity, threads: number): Promise<LlamaContext> {
  llama.maxThreads = threads;
  return model.createContext({
    contextSize: contextTokens,
    sequences: lanes,
    batchSize: largestStep,
    threads,
    // Models with a sliding window would otherwise forget what a lane is reused for.
    swaFullCache: true,
    // A context that silently came out smaller would cut conversations without a word.
    failedCreationRemedy: false,
  });
}

function chatFormat(
  { info, name }: ExaminedFile,
  model: LlamaModel,
  shownName: string,
  renderer: TemplateRenderer | undefined,
): ChatFormat {
  const source = readChatTemplate(info.metadata);
  if (source !== undefined) {
    if (source.includes('[INST]') && source.includes('<<SYS>>')) return { kind: 'llama2' };
    const { bosString, eosString } = model.tokens;
    return { kind: 'template', source, bosText: bosString ?? '', eosText: eosString ?? '', ...(renderer ? { renderer } : {}) };
  }
  const isLlama2 = [name, shownName, basename(model.filename ?? '')].some(isLlama2ChatName);
  return isLlama2 ? { kind: 'llama2' } : { kind: 'base' };
}

/** Added to the logits of the tokens that alone may be chosen; no model's own differ by so much. */
const aboveAll = 1000;

function allowOnly(bias: TokenBias, tokens: readonly number[]): TokenBias {
  for (const token of asTokens(tokens)) bias.set(token, { logit: aboveAll });
  return bias;
}

/** The library brands its token ids; ours are plain numbers. */
export function asTokens(tokens: readonly number[]): Token[] {
  return tokens as Token[];
}

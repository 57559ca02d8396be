/** What the worker tells of the models that it has loaded; part of the contract in workerMethods.ts. */
import type { EngineErrorData } from './engineErrors';

/** A graphics card that was to be used, and why the model runs on the processor instead. */
export interface GpuFailure {
  /** Its interface, as the library calls it: `vulkan`, `metal`, `cuda`. */
  readonly device: string;
  readonly detail: string;
}

/** What a model is loaded for. The worker has at most one model for each role. */
export type ModelRole = 'chat' | 'completion';

/** How prompts are laid out for the loaded model. */
export type PromptFormat =
  /** Llama 2 chat, as Meta's reference code does it. */
  | 'llama2'
  /** By the chat template inside the GGUF. */
  | 'template'
  /** A base model: no chat format; text is continued. */
  | 'base';

export interface ModelFacts {
  /** Identifies the file's header and vocabulary; token ids may be reused only for an equal one. */
  readonly fingerprint: string;
  /** As `LoadModelParams` has it, or by the file's name. */
  readonly name: string;
  readonly path: string;
  /** Of all its parts together. */
  readonly fileBytes: number;
  readonly architecture: string;
  readonly promptFormat: PromptFormat;
  readonly trainContextTokens: number;
  /** Tokens of context in each lane. */
  readonly contextTokens: number;
  readonly lanes: number;
  /** KV cache of one lane. */
  readonly laneBytes: number;
  /** Memory that could be had before the lanes were made, by which their number was chosen. */
  readonly freeBytes: number;
  /** For prefill. */
  readonly threads: number;
  /** As found for decode at the start. */
  readonly decodeThreads: number;
  /** As measured at the start; the session's view has what it is now. */
  readonly prefillTokensPerSecond: number;
  /** Whether the file is mapped, so that windows share it, rather than read. */
  readonly mapped: boolean;
  /** `false` when everything runs on the CPU. */
  readonly gpu: string | false;
  /** Why it does, where a graphics card was tried first. */
  readonly gpuFailure?: GpuFailure;
  /** Everything, and the part of it that went into calibration and into taking parked lanes up again. */
  readonly loadMilliseconds: number;
  readonly calibrationMilliseconds: number;
  readonly restoreMilliseconds: number;
  /** Tokens whose KV came from parked lanes. */
  readonly restoredTokens: number;
  /** Added by the host, where another model than this one was wanted for completions. */
  readonly completion?: CompletionModel;
}

/** What became of a model of its own for completions. */
export type CompletionModel =
  | { readonly kind: 'loaded'; readonly facts: ModelFacts }
  /** The chat's model writes completions, for this reason. */
  | { readonly kind: 'failed'; readonly error: EngineErrorData };

export type GpuChoice = 'auto' | 'off';

export interface LoadModelParams {
  /** A model that is loaded for this role already is replaced. */
  readonly role: ModelRole;
  /** Absolute; of a model in parts that of the first one. */
  readonly path: string;
  /** What the model is called where its file is from, where the file's own name does not tell, as `llama2:7b-chat` in Ollama's store. */
  readonly name?: string;
  /** Tokens of context for each lane; capped by what the model was trained with. */
  readonly contextTokens: number;
  readonly gpu: GpuChoice;
  /** Threads wanted, 0 to let the worker choose. Never more than physical cores are used. */
  readonly threads: number;
  /** Where lanes are parked and measurements remembered; without it nothing outlives the worker. */
  readonly storage?: WorkerStorage;
  /** Load although the measured memory looks too small. */
  readonly force?: boolean;
  /** Bytes to leave free, because another model is loaded afterwards; 0 by default. */
  readonly reservedBytes?: number;
  /** Whether another model is loaded or follows. Their sessions take turns, and each may use half of the memory that is left for lanes. */
  readonly isShared?: boolean;
}

export interface WorkerStorage {
  /** Absolute path of a folder of Paddock's own; created when needed. Windows may share it. */
  readonly folder: string;
  /** Most bytes that parked lanes may take there; 0 to park nothing on disk. */
  readonly maxBytes: number;
  /** Whose lanes are taken up first after a restart: the workspace's. */
  readonly owner: string;
}

export interface ExamineModelParams {
  readonly path: string;
  /** Tokens of context that are wanted in each lane. */
  readonly contextTokens: number;
  readonly gpu: GpuChoice;
}

/** What a GGUF file says of itself, and what loading it would take by that. */
export interface ExaminedModel {
  readonly path: string;
  /** `general.name`; empty where the file has none. */
  readonly name: string;
  readonly fileBytes: number;
  readonly architecture: string;
  readonly parameters: number;
  readonly layers: number;
  /** As trained; 0 where the file does not say. */
  readonly trainContextTokens: number;
  /** Memory for the weights, wherever they go. */
  readonly weightBytes: number;
  readonly kvBytesPerToken: number;
  /** Whether the vocabulary has tokens for filling in the middle. */
  readonly hasFim: boolean;
  readonly hasChatTemplate: boolean;
  /** Where layers can go to; absent on a machine without, and where the settings say so. */
  readonly gpu?: { readonly name: string; readonly freeBytes: number } | undefined;
}

/** What loading a model takes at the very least, as far as its file tells. */
export interface ModelNeed {
  readonly fingerprint: string;
  readonly fileBytes: number;
  /** Weights, one lane and what llama.cpp needs beside them. */
  readonly minBytes: number;
  /** Whether there is a graphics card, with memory of its own. */
  readonly hasGpu: boolean;
  /** Memory that could be had when it was measured. */
  readonly freeBytes: number;
}

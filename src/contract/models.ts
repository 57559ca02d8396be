/** What the worker tells of the models that it has loaded; part of the contract in worker.ts. */
import type { EngineErrorData } from './engineErrors';

/** A graphics card that was to be used, and why the model runs on the processor instead. */
export interface GpuFailure {
  /** Its interface, as the library calls it: `vulkan`, `metal`, `cuda`. */
  readonly device: string;
  readonly detail: string;
}

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
  /** What became of ghost text's own model, where one was asked for that is not this one. */
  readonly ghostText?: GhostTextModel;
}

export type GhostTextModel =
  | { readonly kind: 'loaded'; readonly facts: ModelFacts }
  /** The chat's does it, for this reason. */
  | { readonly kind: 'failed'; readonly error: EngineErrorData };

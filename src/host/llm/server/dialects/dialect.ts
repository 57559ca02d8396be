import type { CompletionRequest } from '../../../../contract/completion';
import type { OpenAI } from 'openai';
import { sliceFromEnd, sliceFromStart } from '../../../../util/text/wholeCharacters';
import { continuationText } from '../../../../prompt/completion/completionPrompt';
import type { RemoteLimits } from '../serverLimits';
import type { ListedModel } from '../reading/listedModels';
import type { RequestBody } from '../learntRefusals';

/** A program that serves models, by what it calls itself. */
export type DialectName = 'llama-server' | 'Ollama' | 'vLLM' | 'LM Studio' | 'OpenAI-compatible';

/** The part of a server that differs from OpenAI's API. */
export interface Dialect {
  readonly name: DialectName;
  /** Tokens of context of a request; `undefined` where only the list or the setting can tell. */
  readonly contextTokens: number | undefined;
  /** The model is not loaded yet, or the server was too busy to answer, so that it is asked again after the first request. */
  readonly isProvisional?: boolean;
  /** Routes for completions, the best one first. */
  readonly ways: readonly CompletionWay[];
}

export interface Detection {
  readonly client: OpenAI;
  /** Address of the server without `/v1`. */
  readonly root: string;
  readonly models: readonly ListedModel[];
  readonly model: string;
  /** Tokens of context where the server does not say how many. */
  readonly settingTokens: number;
  readonly limits: RemoteLimits;
}

/** One route for completions. */
export interface CompletionWay {
  readonly name: 'infill' | 'suffix' | 'prefix' | 'template' | 'insert' | 'raw';
  /** An address, or a path below the server's API. */
  readonly path: string;
  prepare(params: CompletionRequest, model: string): PreparedCompletion;
}

export interface PreparedCompletion {
  readonly body: RequestBody;
  /** The text before the cursor that was left out: the completion has to begin with it. */
  readonly forcedPrefix: string;
}

/** Characters of a prompt: what a thousand tokens have, which is as much as the worker reads. */
export const PREFIX_CHARACTERS = 4000;
const SUFFIX_CHARACTERS = 1000;

/** Alternatives are sampled; the first text is the likeliest. */
const VARIED_TEMPERATURE = 0.8;

export function sampleCompletion({ variant }: CompletionRequest): { readonly temperature: number; readonly seed?: number } {
  return variant ? { temperature: VARIED_TEMPERATURE, seed: variant } : { temperature: 0 };
}

export function cutPrefix({ prefix }: CompletionRequest): string {
  return sliceFromEnd(prefix, PREFIX_CHARACTERS);
}

export function cutSuffix({ suffix }: CompletionRequest): string {
  return sliceFromStart(suffix, SUFFIX_CHARACTERS);
}

/** The suffix, which is never empty: servers take an empty one for none, and then do not fill in. A file ends in a line break. */
export function cutSuffixOrNewline(params: CompletionRequest): string {
  return cutSuffix(params) || '\n';
}

/** OpenAI's route for completions, with the text behind the cursor as `suffix` or without it. */
export function openAiWay(name: 'suffix' | 'prefix'): CompletionWay {
  return {
    name,
    path: '/completions',
    prepare(params, model) {
      const { text: prompt, forcedPrefix } = continuationText(params, PREFIX_CHARACTERS);
      const body = {
        model,
        prompt,
        ...(name === 'suffix' ? { suffix: cutSuffixOrNewline(params) } : {}),
        max_tokens: params.maxTokens,
        ...sampleCompletion(params),
        stream: true,
        stream_options: { include_usage: true },
      };
      return { body, forcedPrefix };
    },
  };
}

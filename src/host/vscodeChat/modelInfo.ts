import { readModelFileName } from '../../util/gguf/modelFileName';
import { ANSWER_SHARE } from '../../prompt/chat/chatPrompt';
import { estimateTokenCount, MESSAGE_TOKENS } from '../../prompt/context/tokenEstimate';
import type { EngineState, RemoteServer } from '../llm/languageModel';
import type { GgufFacts } from './ggufHeader';

/** The model the settings name. */
export interface ConfiguredModel {
  readonly path: string;
  /** Where the file's own name does not tell. */
  readonly name?: string;
  readonly contextTokens: number;
}

/** A model as VS Code is told of it, without the words. */
export interface ModelInfo {
  /** Stays the same over reloads, so that a choice of the user's does. */
  readonly id: string;
  readonly name: string;
  /** The architecture, as `llama`. */
  readonly family: string;
  /** How the weights are stored, as `Q4_0`. */
  readonly version: string;
  readonly maxInputTokens: number;
  readonly maxOutputTokens: number;
}

interface InfoSettings {
  readonly system: string;
  readonly maxTokens: number;
}

/** Where neither the file nor its name says. */
const UNKNOWN = 'unknown';

/**
 * The model as it is, or, while none is loaded, as its file and the settings say it will be. Messages that count to `maxInputTokens` fit a
 * lane with the system text in front and an answer of `maxOutputTokens` behind.
 */
export function modelInfo(state: EngineState, configured: ConfiguredModel, file: GgufFacts, settings: InfoSettings): ModelInfo {
  if (state.kind === 'remote') return serverInfo(state.server, settings);
  const loaded = state.kind === 'ready' && state.facts.path === configured.path ? state.facts : undefined;
  const { name: ownName, quantisation } = readModelFileName(configured.path);
  const name = configured.name ?? ownName;
  const contextTokens = loaded?.contextTokens ?? Math.min(configured.contextTokens, file.trainContextTokens ?? configured.contextTokens);
  return {
    id: quantisation === '' ? name : `${name}.${quantisation}`,
    name,
    family: loaded?.architecture ?? file.architecture ?? UNKNOWN,
    version: quantisation === '' ? UNKNOWN : quantisation,
    ...limitsOf(contextTokens, settings),
  };
}

/** What a server of the user's own says of the model that answers in the file's place. */
function serverInfo({ model, name, host, contextTokens }: RemoteServer, settings: InfoSettings): ModelInfo {
  return { id: model || host, name: name || host, family: UNKNOWN, version: UNKNOWN, ...limitsOf(contextTokens, settings) };
}

function limitsOf(contextTokens: number, { system, maxTokens }: InfoSettings): Pick<ModelInfo, 'maxInputTokens' | 'maxOutputTokens'> {
  // One position is kept free.
  const room = contextTokens - 1;
  const maxOutputTokens = Math.min(maxTokens, Math.floor(room * ANSWER_SHARE));
  const fixedTokens = system === '' ? 0 : estimateTokenCount(system) + MESSAGE_TOKENS;
  return { maxInputTokens: Math.max(1, room - maxOutputTokens - fixedTokens), maxOutputTokens };
}

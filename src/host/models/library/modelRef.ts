import { join } from 'node:path';
import { resolve } from 'node:path';
import type { Config } from '../../services/config';
import type { ModelFile, ModelFiles } from './modelFiles';

/** A model as a setting names it. */
export type ModelRef = { readonly kind: 'embedded' } | { readonly kind: 'file'; readonly path: string };

/** The word in `ghostText.modelPath` for the model that comes with Paddock. */
const EMBEDDED_WORD = 'embedded';

/** Reads `model.path`, where an empty value stands for the embedded model. */
export function parseChatModel(value: string): ModelRef {
  return value === '' ? { kind: 'embedded' } : { kind: 'file', path: value };
}

/** Reads `ghostText.modelPath`. Returns `undefined` for an empty value, which stands for the chat's model. */
export function parseCompletionModel(value: string): ModelRef | undefined {
  if (value === '') return undefined;
  return value === EMBEDDED_WORD ? { kind: 'embedded' } : { kind: 'file', path: value };
}

/** Writes `model.path` for a file, or for the embedded model's. */
export function formatChatModel(path: string, embeddedPath: string): string {
  return path === embeddedPath ? '' : path;
}

/** Writes `ghostText.modelPath` for a file, for the embedded model's, or for the chat's model where `path` is empty. */
export function formatCompletionModel(path: string, embeddedPath: string): string {
  return path === embeddedPath ? EMBEDDED_WORD : path;
}

/** The files of the models that the settings name. */
export interface ConfiguredFiles {
  readonly chat: ModelFile;
  /** Absent where completions have the chat's model. */
  readonly completion?: ModelFile;
}

/** Finds the files of the models that are set. {@link ModelFiles.look} has to have looked them up. */
export function resolveModels(config: Config, embeddedPath: string, files: Pick<ModelFiles, 'get'>): ConfiguredFiles {
  const toFile = (ref: ModelRef): ModelFile => (ref.kind === 'embedded' ? { path: embeddedPath } : files.get(ref.path));
  const chat = toFile(parseChatModel(config['model.path']));
  const ref = parseCompletionModel(config['ghostText.modelPath']);
  const completion = ref && toFile(ref);
  return completion && resolve(completion.path) !== resolve(chat.path) ? { chat, completion } : { chat };
}

/** The paths in the settings, without the embedded model's. */
export function listConfiguredPaths(config: Config): readonly string[] {
  const refs = [parseChatModel(config['model.path']), parseCompletionModel(config['ghostText.modelPath'])];
  return refs.flatMap((ref) => (ref?.kind === 'file' ? [ref.path] : []));
}

/** The model that comes with Paddock. `scripts/embedded-model.json` says where it is from. */
const fileName = 'SmolLM2-135M-Instruct.Q4_1.gguf';

/** Where the embedded model lies, in the package as in development. */
export function embeddedModelPath(extensionPath: string): string {
  return join(extensionPath, 'dist', 'models', fileName);
}

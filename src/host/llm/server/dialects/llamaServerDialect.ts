/** llama.cpp's llama-server, with one model or as a router in front of several (`tools/server/README.md` there). */
import { isJsonObject, readCount } from '../reading/readBounds';
import { findModel } from '../reading/listedModels';
import { cutPrefix, cutSuffix, openAiWay, sampleCompletion, type CompletionWay, type Detection, type Dialect } from './dialect';
import type { Look } from './probeRoute';

/** The part of `/props` that is used. */
export interface LlamaServerProps {
  readonly isRouter: boolean;
  readonly contextTokens: number | undefined;
}

/** @returns `undefined` where `said` is not llama-server's */
export function readProps(said: unknown): LlamaServerProps | undefined {
  if (!isJsonObject(said)) return undefined;
  const settings = said['default_generation_settings'];
  const isRouter = said['role'] === 'router';
  if (!isRouter && !isJsonObject(settings)) return undefined;
  const contextTokens = readCount(isJsonObject(settings) ? settings['n_ctx'] : undefined) ?? readCount(said['n_ctx']);
  return { isRouter, contextTokens };
}

/** Asks a router about the model, whose context it does not have itself. */
export async function openLlamaServer(look: Look, props: LlamaServerProps, detection: Detection): Promise<Dialect> {
  const { root, models, model, settingTokens } = detection;
  const listed = findModel(models, model);
  const loaded = props.contextTokens ?? listed?.loadedTokens ?? (await askModelContext(look, model));
  // The list has what a model was trained for; it may be loaded with less.
  const assumed = props.isRouter ? Math.min(listed?.contextTokens ?? Infinity, settingTokens) : undefined;
  return {
    name: 'llama-server',
    contextTokens: loaded ?? assumed ?? listed?.contextTokens,
    isProvisional: loaded === undefined,
    ways: [infillWay(root), openAiWay('prefix')],
  };
}

/** A router passes this on to the model's own process. Asking must not load a model: loading may take minutes and drop another one. */
async function askModelContext(look: Look, model: string): Promise<number | undefined> {
  const path = `/props?model=${encodeURIComponent(model)}`;
  const unloaded = await look(`${path}&autoload=false`);
  // 400 is a model that is not loaded. Older programs do not know the parameter.
  const { said } = unloaded.said !== undefined || unloaded.status === 400 ? unloaded : await look(path);
  return readProps(said)?.contextTokens;
}

/** Fills in by the model's own tokens. A router needs the model's name; a server with one model ignores it. */
function infillWay(root: string): CompletionWay {
  return {
    name: 'infill',
    path: `${root}/infill`,
    prepare(params, model) {
      const body = {
        model,
        input_prefix: cutPrefix(params),
        input_suffix: cutSuffix(params),
        input_extra: (params.related ?? []).map(({ path, text }) => ({ filename: path, text })),
        n_predict: params.maxTokens,
        cache_prompt: true,
        ...sampleCompletion(params),
        stream: true,
      };
      return { body, forcedPrefix: '' };
    },
  };
}

import { isJsonObject } from '../reading/readBounds';
import { findContext, findModel } from '../reading/listedModels';
import { openAiWay, type Detection, type Dialect } from './dialect';
import { openLlamaServer, readProps } from './llamaServerDialect';
import { openLmStudio } from './lmStudioDialect';
import { lookAt } from './probeRoute';
import { openOllama } from './ollamaDialect';

/**
 * Finds out which program a server is, by paths that only one of them has, all asked at once. Nothing of the user's is sent. llama-server
 * comes first: it answers some of Ollama's paths too.
 */
export async function detectDialect(detection: Detection): Promise<Dialect> {
  const { client, root, models, model, settingTokens, limits } = detection;
  const look = lookAt(client, root, limits.detection);
  const sights = await Promise.all([look('/props'), look('/api/version'), look('/api/tags'), look('/api/v0/models')]);
  const [props, ollamaVersion, ollamaTags, lmStudioModels] = sights;
  const llamaServer = readProps(props.said);
  if (llamaServer) return openLlamaServer(look, llamaServer, detection);
  const lmStudio = openLmStudio(lmStudioModels.said, model, settingTokens);
  if (lmStudio) return lmStudio;
  const { said: version } = ollamaVersion;
  const { said: tags } = ollamaTags;
  // llama-swap and others have /api/version too, and say more there.
  const isOllamaVersion = isJsonObject(version) && typeof version['version'] === 'string' && Object.keys(version).length === 1;
  if (isOllamaVersion || (isJsonObject(tags) && Array.isArray(tags['models']))) return openOllama(look, root, model, settingTokens);
  const isVllm = findModel(models, model)?.owner === 'vllm';
  return {
    name: isVllm ? 'vLLM' : 'OpenAI-compatible',
    contextTokens: findContext(models, model),
    // A server that did not answer in time may be any of the others.
    isProvisional: sights.some(({ said, status }) => said === undefined && status === undefined),
    ways: [openAiWay('suffix'), openAiWay('prefix')],
  };
}

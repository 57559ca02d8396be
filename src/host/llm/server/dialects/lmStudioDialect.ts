/** LM Studio (its "REST API v0" documentation): its own list says how much context a model was loaded with. */
import { isJsonObject, readCount } from '../reading/readBounds';
import { openAiWay, type Dialect } from './dialect';

/** @returns `undefined` where `said` is not LM Studio's list */
export function openLmStudio(said: unknown, model: string, settingTokens: number): Dialect | undefined {
  const list: unknown = isJsonObject(said) ? said['data'] : undefined;
  if (!Array.isArray(list)) return undefined;
  const entries = list.filter(isJsonObject);
  if (!entries.some((entry) => 'max_context_length' in entry || 'compatibility_type' in entry)) return undefined;
  const entry = entries.find(({ id }) => id === model);
  const loaded = readCount(entry?.['loaded_context_length']);
  const longest = readCount(entry?.['max_context_length']);
  return {
    name: 'LM Studio',
    // A model that is loaded when it is asked gets a default that nothing tells, which is mostly far less than it could have.
    contextTokens: loaded ?? (longest === undefined ? undefined : Math.min(longest, settingTokens)),
    isProvisional: loaded === undefined,
    ways: [openAiWay('suffix'), openAiWay('prefix')],
  };
}

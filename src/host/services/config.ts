import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';

/** Every setting, by its key in package.json without the `paddock.` before it; a test holds keys and defaults against package.json. */
const schema = v.object({
  'model.path': v.fallback(v.string(), ''),
  'model.contextTokens': v.fallback(v.pipe(v.number(), v.integer(), v.minValue(512), v.maxValue(131072)), 4096),
  'model.gpu': v.fallback(v.picklist(['auto', 'off']), 'auto'),
  'model.unloadAfterMinutes': v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(1440)), 30),
  'endpoint.url': v.fallback(v.string(), ''),
  'endpoint.model': v.fallback(v.string(), ''),
  'endpoint.useFor': v.fallback(v.picklist(['off', 'chat', 'ghostText', 'both']), 'off'),
  'worker.runtime': v.fallback(v.string(), ''),
  'worker.threads': v.fallback(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(256)), 0),
  'session.diskGigabytes': v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(1024)), 4),
  'download.endpoint': v.fallback(v.string(), ''),
  'chat.systemPrompt': v.fallback(v.picklist(['brief', 'safe', 'none', 'own']), 'brief'),
  'chat.ownSystemPrompt': v.fallback(v.string(), ''),
  'chat.temperature': v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(2)), 0.2),
  'chat.maxTokens': v.fallback(v.pipe(v.number(), v.integer(), v.minValue(16), v.maxValue(8192)), 1024),
  'ghostText.enabled': v.fallback(v.boolean(), true),
  'ghostText.languages': v.fallback(v.record(v.string(), v.boolean()), { '*': true }),
  'ghostText.exclude': v.fallback(v.array(v.string()), []),
  'ghostText.relatedFiles': v.fallback(v.boolean(), true),
  'ghostText.debounceMilliseconds': v.fallback(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2000)), 75),
  'ghostText.maxTokens': v.fallback(v.pipe(v.number(), v.integer(), v.minValue(4), v.maxValue(512)), 64),
  'ghostText.modelPath': v.fallback(v.string(), ''),
});

/** One validated snapshot of the settings. A value of the wrong type or out of range counts as the default. */
export type Config = Readonly<v.InferOutput<typeof schema>>;

export type ConfigKey = keyof Config;

export const configKeys = Object.keys(schema.entries) as readonly ConfigKey[];

/** Takes a snapshot. `read` gives a setting's raw value by its key. */
export function readConfig(read: (key: ConfigKey) => unknown): Config {
  return v.parse(schema, Object.fromEntries(configKeys.map((key) => [key, read(key)])));
}

/** The keys whose values differ. */
export function changedKeys(before: Config, after: Config): readonly ConfigKey[] {
  return configKeys.filter((key) => !isDeepStrictEqual(before[key], after[key]));
}

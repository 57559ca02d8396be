import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';

/** What a change of a setting restarts: the worker, with its model; the connection to the user's server; or nothing. */
export type Restart = 'worker' | 'server' | 'nothing';

interface Setting<Schema> {
  readonly schema: Schema;
  readonly restarts: Restart;
}

const worker = <Schema>(schema: Schema): Setting<Schema> => ({ schema, restarts: 'worker' });
const server = <Schema>(schema: Schema): Setting<Schema> => ({ schema, restarts: 'server' });
const nothing = <Schema>(schema: Schema): Setting<Schema> => ({ schema, restarts: 'nothing' });

/** Every setting, by its key in package.json without the `paddock.` before it; a test holds keys and defaults against package.json. */
const settings = {
  'model.path': worker(v.fallback(v.string(), '')),
  'model.contextTokens': worker(v.fallback(v.pipe(v.number(), v.integer(), v.minValue(512), v.maxValue(131072)), 4096)),
  'model.gpu': worker(v.fallback(v.picklist(['auto', 'off']), 'auto')),
  'model.unloadAfterMinutes': nothing(v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(1440)), 30)),
  'endpoint.url': server(v.fallback(v.string(), '')),
  'endpoint.model': server(v.fallback(v.string(), '')),
  'endpoint.useFor': server(v.fallback(v.picklist(['off', 'chat', 'ghostText', 'both']), 'off')),
  'worker.runtime': worker(v.fallback(v.string(), '')),
  'worker.threads': worker(v.fallback(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(256)), 0)),
  'session.diskGigabytes': worker(v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(1024)), 4)),
  'download.endpoint': nothing(v.fallback(v.string(), '')),
  'chat.systemPrompt': nothing(v.fallback(v.picklist(['brief', 'safe', 'none', 'own']), 'brief')),
  'chat.ownSystemPrompt': nothing(v.fallback(v.string(), '')),
  'chat.temperature': nothing(v.fallback(v.pipe(v.number(), v.minValue(0), v.maxValue(2)), 0.2)),
  'chat.maxTokens': nothing(v.fallback(v.pipe(v.number(), v.integer(), v.minValue(16), v.maxValue(8192)), 1024)),
  'ghostText.enabled': nothing(v.fallback(v.boolean(), true)),
  'ghostText.languages': nothing(v.fallback(v.record(v.string(), v.boolean()), { '*': true })),
  'ghostText.exclude': nothing(v.fallback(v.array(v.string()), [])),
  'ghostText.relatedFiles': nothing(v.fallback(v.boolean(), true)),
  'ghostText.debounceMilliseconds': nothing(v.fallback(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2000)), 75)),
  'ghostText.maxTokens': nothing(v.fallback(v.pipe(v.number(), v.integer(), v.minValue(4), v.maxValue(512)), 64)),
  'ghostText.modelPath': worker(v.fallback(v.string(), '')),
};

type Schemas = { [Key in keyof typeof settings]: (typeof settings)[Key]['schema'] };

const schema = v.object(Object.fromEntries(Object.entries(settings).map(([key, each]) => [key, each.schema])) as Schemas);

/** One validated snapshot of the settings. A value of the wrong type or out of range counts as the default. */
export type Config = Readonly<v.InferOutput<typeof schema>>;

export type ConfigKey = keyof Config;

export const configKeys = Object.keys(schema.entries) as readonly ConfigKey[];

/** Takes a snapshot. `read` gives a setting's raw value by its key. */
export function readConfig(read: (key: ConfigKey) => unknown): Config {
  return v.parse(schema, Object.fromEntries(configKeys.map((key) => [key, read(key)])));
}

/** What a change of a setting restarts. */
export function restartedBy(key: ConfigKey): Restart {
  return settings[key].restarts;
}

/** The keys whose values differ. */
export function changedKeys(before: Config, after: Config): readonly ConfigKey[] {
  return configKeys.filter((key) => !isDeepStrictEqual(before[key], after[key]));
}

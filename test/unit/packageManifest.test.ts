import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acceptedCommand } from '../../src/host/completion/acceptedCompletion';
import { commandIds, chatViewId } from '../../src/host/services/commandIds';
import { changedKeys, configKeys, readConfig, restartedBy, type ConfigKey } from '../../src/host/services/config';

interface Setting {
  readonly type: string;
  readonly default: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

interface Step {
  readonly id: string;
  readonly media: { readonly markdown: string };
  readonly completionEvents: readonly string[];
}

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly menus: Readonly<Record<string, readonly ({ readonly command: string } | { readonly submenu: string })[]>>;
    readonly submenus: readonly { readonly id: string }[];
    readonly keybindings: readonly { readonly command: string }[];
    readonly walkthroughs: readonly { readonly steps: readonly Step[] }[];
  };
}

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const { contributes } = JSON.parse(read('package.json')) as Manifest;
const settings = Object.entries(contributes.configuration.properties).map(([key, setting]) => ({
  key: key.replace(/^paddock\./, '') as ConfigKey,
  setting,
}));

/** Settings as VS Code gives them, but for the one named. */
const configWith = (key: ConfigKey, value: unknown): ReturnType<typeof readConfig> =>
  readConfig((each) => (each === key ? value : contributes.configuration.properties[`paddock.${each}`]?.default));

describe('settings', () => {
  it('are those of package.json, each under paddock', () => {
    expect(Object.keys(contributes.configuration.properties)).toEqual(configKeys.map((key) => `paddock.${key}`));
  });

  it.each(settings)('has the default of package.json for $key', ({ key, setting }) => {
    expect(readConfig(() => undefined)[key]).toEqual(setting.default);
    expect(configWith(key, setting.default)[key]).toEqual(setting.default);
  });

  it.each(settings)('takes every value package.json allows for $key, and no other', ({ key, setting }) => {
    const inside = [...(setting.enum ?? []), ...[setting.minimum, setting.maximum].filter((limit) => limit !== undefined)];
    for (const value of inside) expect(configWith(key, value)[key]).toBe(value);
    const outside = [
      null,
      // An empty list is as good as an empty object: nothing is said by either.
      ...(['array', 'object'].includes(setting.type) ? [[7], { a: 'x' }] : [[], {}]),
      Number.NaN,
      ...(setting.type === 'string' ? [7, false] : ['7']),
      ...(setting.type === 'boolean' ? [0, 1] : [true]),
      ...(setting.enum ? ['', 'nosuch'] : []),
      ...(setting.minimum === undefined ? [] : [setting.minimum - 1]),
      ...(setting.maximum === undefined ? [] : [setting.maximum + 1]),
      ...(setting.type === 'integer' ? [(setting.minimum ?? 0) + 0.5] : []),
    ];
    for (const value of outside) expect(configWith(key, value)[key], JSON.stringify(value)).toEqual(setting.default);
  });

  it('say what a change of them restarts', () => {
    const by = (restart: string): readonly string[] => configKeys.filter((key) => restartedBy(key) === restart);
    expect(by('worker')).toEqual([
      'model.path',
      'model.contextTokens',
      'model.gpu',
      'worker.runtime',
      'worker.threads',
      'session.diskGigabytes',
      'ghostText.modelPath',
    ]);
    expect(by('server')).toEqual(['endpoint.url', 'endpoint.model', 'endpoint.useFor']);
  });

  it('names the keys whose values differ', () => {
    const before = configWith('chat.temperature', 0);
    const after = configWith('model.path', '/a.gguf');
    expect(changedKeys(before, after)).toEqual(['model.path', 'chat.temperature']);
    expect(changedKeys(before, before)).toEqual([]);
  });
});

describe('commands', () => {
  it('are those of package.json', () => {
    expect(contributes.commands.map(({ command }) => command).sort()).toEqual(Object.values<string>(commandIds).sort());
  });

  it('stand behind every menu item and key', () => {
    const items = [...Object.values(contributes.menus).flat(), ...contributes.keybindings];
    for (const item of items) {
      if ('command' in item) expect(Object.values<string>(commandIds)).toContain(item.command);
      else expect(Object.keys(contributes.menus)).toContain(item.submenu);
    }
    expect(contributes.submenus.map(({ id }) => id)).toEqual(items.flatMap((item) => ('submenu' in item ? [item.submenu] : [])));
  });

  it('live beside a view that package.json has', () => {
    expect(Object.values(contributes.views).flatMap((views) => views.map(({ id }) => id))).toContain(chatViewId);
  });
});

describe('the walkthrough', () => {
  const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
  const folder = 'media/walkthrough';

  it.each(steps)('has the body of $id in English and, where VS Code looks for it, in Chinese', ({ media }) => {
    const [english, chinese] = [media.markdown, media.markdown.replace(/\.md$/, '.nls.zh-cn.md')].map(read);
    expect(chinese).toMatch(/^## \p{Script=Han}+\n/u);
    const fixed = (text: string | undefined): number => (text ?? '').match(/^\d\. |^\| /gmu)?.length ?? 0;
    expect(fixed(chinese)).toBe(fixed(english));
  });

  it('has no other files', () => {
    const bodies = steps.flatMap(({ media }) => [media.markdown, media.markdown.replace(/\.md$/, '.nls.zh-cn.md')]);
    expect(readdirSync(join(root, folder)).map((file) => `${folder}/${file}`)).toEqual(bodies.sort());
  });

  it('waits for commands and context keys that the code has', () => {
    const ids = [...Object.values<string>(commandIds), acceptedCommand];
    for (const event of steps.flatMap(({ completionEvents }) => completionEvents)) {
      const [, id] = /^on(?:Command|Context):(.*)$/u.exec(event) ?? [];
      if (id !== undefined) expect(ids).toContain(id);
    }
  });
});

describe("package.json's texts", () => {
  const used = [...new Set(Array.from(read('package.json').matchAll(/"%([^%"]+)%"/g), ([, key]) => key ?? ''))].sort();

  it.each(['package.nls.json', 'package.nls.zh-cn.json'])('are all in %s, and nothing else is', (file) => {
    const texts = JSON.parse(read(file)) as Readonly<Record<string, string>>;
    expect(Object.keys(texts).sort()).toEqual(used);
    for (const [key, text] of Object.entries(texts)) expect(text.trim(), key).not.toBe('');
  });

  it('keep their links, settings and commands in every language', () => {
    const [english, chinese] = ['package.nls.json', 'package.nls.zh-cn.json'].map(
      (file) => JSON.parse(read(file)) as Record<string, string>,
    );
    const fixed = (text: string | undefined): readonly string[] =>
      Array.from((text ?? '').matchAll(/\(command:[^)]*\)|`[^`]*`/g), ([part]) => part).sort();
    for (const key of used) expect(fixed(chinese?.[key]), key).toEqual(fixed(english?.[key]));
  });
});

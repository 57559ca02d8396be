import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getL10nJson } from '@vscode/l10n-dev';
import { beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const bundle = JSON.parse(readFileSync(join(root, 'l10n/bundle.l10n.zh-cn.json'), 'utf8')) as Readonly<Record<string, string>>;

const placeholders = (text: string): readonly string[] => Array.from(text.matchAll(/\{\w+\}/g), ([name]) => name).sort();

async function readSources(folder: string): Promise<readonly string[]> {
  const files = (await readdir(join(root, folder), { recursive: true })).filter((file) => file.endsWith('.ts'));
  return Promise.all(files.map((file) => readFile(join(root, folder, file), 'utf8')));
}

describe('the texts of the code', () => {
  let sources: readonly string[];
  let texts: readonly string[];

  beforeAll(async () => {
    sources = (await Promise.all(['src', 'webview'].map(readSources))).flat();
    texts = Object.keys(await getL10nJson(sources.map((text) => ({ contents: text, extension: '.ts' }))));
  });

  it('are found at all', () => {
    expect(texts).toContain('Show Log');
    expect(texts).toContain('Paddock: loading {0}%');
    expect(texts).toContain('Open the chat');
    // In a page.
    expect(texts).toContain('Reading your question… {0} of {1} tokens');
  });

  it('are where the collector sees them: not behind a `t` taken out of l10n', () => {
    for (const source of sources) expect(source).not.toMatch(/\bt\b[^=\n]*\}\s*=\s*(vscode\.)?l10n\b/);
  });

  it('are all in the Chinese bundle, and nothing else is', () => {
    expect(Object.keys(bundle).sort()).toEqual([...texts].sort());
  });

  it('keep their placeholders in Chinese', () => {
    for (const [text, translated] of Object.entries(bundle)) expect(placeholders(translated), text).toEqual(placeholders(text));
  });

  it('are translated, but for names', () => {
    const same = Object.entries(bundle).filter(([text, translated]) => text === translated);
    expect(same.map(([text]) => text)).toEqual(['Paddock']);
  });

  it('leave no part of the bundle beside it', () => {
    expect(existsSync(join(root, 'l10n/parts-chat.zh-cn.json'))).toBe(false);
  });
});

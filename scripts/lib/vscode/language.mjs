/** VS Code in another display language: Microsoft's translations, as npm has them, put where a VS Code server looks for language packs. */
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { cached } from '../cache.mjs';
import { ensureDebian } from '../debian/debian.mjs';
import { cleanEnv, run } from '../exec.mjs';
import { step } from '../progress.mjs';

/** @typedef {'en' | 'zh-cn'} Language */

/**
 * The last version that says which text is which; later ones are lists for one version of another package. What VS Code has learnt since
 * stays English.
 */
const PACK = { name: '@codingame/monaco-vscode-language-pack-zh-hans', version: '4.3.2' };

/**
 * Makes a VS Code server speak `language`.
 * @param {Language} language
 * @param {string} userData
 * @returns {Promise<readonly string[]>} what it has to be started with
 */
export async function displayLanguage(language, userData) {
  if (language === 'en') return [];
  await ensureDebian(['fontconfig', 'fonts-noto-cjk'], 'Chinese in a browser');
  const extensions = [{ extensionIdentifier: { id: 'ms-ceintl.vscode-language-pack-zh-hans' }, version: PACK.version }];
  const pack = { hash: PACK.version, label: '中文(简体)', extensions, translations: await chineseTranslations() };
  await writeFile(path.join(userData, 'languagepacks.json'), JSON.stringify({ [language]: pack }));
  return ['--locale', language];
}

/** @returns {Promise<Record<string, string>>} files with translations, by `vscode` or an extension's id */
async function chineseTranslations() {
  const folder = path.join(await ensureChinesePack(), 'package', 'translations');
  /** @type {Record<string, string>} */
  const files = { vscode: path.join(folder, 'main.i18n.json') };
  for (const file of await readdir(path.join(folder, 'extensions'))) {
    files[file.replace('.i18n.json', '')] = path.join(folder, 'extensions', file);
  }
  return files;
}

/** Unpacked and not installed: what the package depends on is a whole editor. */
async function ensureChinesePack() {
  return cached(`chinese-vscode-${PACK.version}`, (work) =>
    step('Fetching VS Code’s Chinese translations', async () => {
      const options = { cwd: work, env: cleanEnv(), timeoutMs: 120_000 };
      await run('npm', ['pack', '--silent', `${PACK.name}@${PACK.version}`], options);
      const [archive = ''] = (await readdir(work)).filter((file) => file.endsWith('.tgz'));
      await run('tar', ['-xzf', archive], options);
      const main = path.join(work, 'package', 'translations', 'main.i18n.json');
      /** @type {unknown} */
      const module = await import(pathToFileURL(`${main}.js`).href);
      await writeFile(main, JSON.stringify({ contents: /** @type {{default: unknown}} */ (module).default }));
    }),
  );
}

import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cached } from '../../../scripts/lib/cache.mjs';
import { vscodeVersions } from '../../../scripts/lib/vscode/code-server.mjs';
import { installedPaddock } from './vsix';

/** VS Code's four kinds of themes, by the class that it gives a webview's body. */
export const themes = {
  light: { theme: 'Light Modern', bodyClass: 'vscode-light' },
  dark: { theme: 'Dark Modern', bodyClass: 'vscode-dark' },
  highContrast: { theme: 'Default High Contrast', bodyClass: 'vscode-high-contrast' },
  highContrastLight: { theme: 'Default High Contrast Light', bodyClass: 'vscode-high-contrast-light' },
} as const;

export type ThemeName = keyof typeof themes;

/** How VS Code dresses a webview. */
export interface ThemeStyle {
  /** The root element's style: every colour and font of the theme, as custom properties. */
  readonly variables: string;
  readonly bodyClass: string;
  /** The style sheet that every webview gets. */
  readonly defaults: string;
}

/** The last number is raised when something else is read. */
const KEY = `theme-styles-${vscodeVersions.newest.version}-1`;

/** The four themes as a real VS Code hands them to a webview, read once. */
export async function themeStyles(): Promise<Readonly<Record<ThemeName, ThemeStyle>>> {
  const folder = await cached(KEY, async (work) => {
    await writeFile(path.join(work, 'styles.json'), JSON.stringify(await readStyles()));
  });
  return JSON.parse(await readFile(path.join(folder, 'styles.json'), 'utf8')) as Record<ThemeName, ThemeStyle>;
}

async function readStyles(): Promise<Readonly<Record<string, ThemeStyle>>> {
  const editor = await installedPaddock();
  try {
    const styles: Record<string, ThemeStyle> = {};
    for (const [name, { theme, bodyClass }] of Object.entries(themes)) {
      await editor.host.configure({ 'workbench.colorTheme': theme });
      await editor.reload();
      await editor.openChat();
      await editor.chat.locator(`body.${bodyClass}`).waitFor();
      styles[name] = await editor.chat.locator('body').evaluate((body) => ({
        variables: document.documentElement.style.cssText,
        bodyClass: body.getAttribute('class') ?? '',
        defaults: document.getElementById('_defaultStyles')?.textContent ?? '',
      }));
    }
    return styles;
  } finally {
    await editor.stop();
  }
}

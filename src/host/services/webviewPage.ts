export interface PageParts {
  /** The webview's `cspSource`. */
  readonly cspSource: string;
  readonly nonce: string;
  readonly script: string;
  readonly styles: readonly string[];
  /** BCP 47, for hyphenation, screen readers and number formats. */
  readonly language: string;
  readonly title: string;
  /** VS Code's l10n bundle: translations by English sentence. Absent in English. */
  readonly translations?: Readonly<Record<string, string>>;
  /** Which view this is the page of, for VS Code to remember with its tab. */
  readonly view?: string;
  /** What stands in it before the script runs, and its class: HTML that the host wrote. */
  readonly content?: { readonly html: string; readonly className: string };
}

/**
 * A webview's page. Its policy allows one script, by nonce, and style sheets and fonts of the extension; no connection, no image, no
 * frame, no form, and no inline style: the toolkit's styles are constructed sheets, which a policy does not concern.
 */
export function webviewPage(parts: PageParts): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${parts.nonce}'`,
    `style-src ${parts.cspSource}`,
    `font-src ${parts.cspSource}`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  const links = parts.styles.map((href) => `<link rel="stylesheet" href="${escape(href)}">`).join('\n');
  const view = parts.view === undefined ? '' : ` data-view="${escape(parts.view)}"`;
  // On an element, as the policy allows no inline script. The page reads it before it builds anything.
  const translations = parts.translations === undefined ? '' : ` data-l10n="${escape(JSON.stringify(parts.translations))}"`;
  const { html, className } = parts.content ?? { html: '', className: '' };
  const styled = className === '' ? '' : ` class="${escape(className)}"`;
  return `<!DOCTYPE html>
<html lang="${escape(parts.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
${links}
<title>${escape(parts.title)}</title>
</head>
<body>
<main id="app"${styled}${view}${translations}>${html}</main>
<script nonce="${parts.nonce}" src="${escape(parts.script)}"></script>
</body>
</html>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

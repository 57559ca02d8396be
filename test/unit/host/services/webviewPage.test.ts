import { describe, expect, it } from 'vitest';
import { webviewPage } from '../../../../src/host/services/webviewPage';

describe('webviewPage', () => {
  const page = webviewPage({
    cspSource: 'https://host.test',
    nonce: 'N0NCE',
    script: 'https://host.test/main.js',
    styles: ['https://host.test/a.css'],
    language: 'zh-cn',
    title: '<Chat>',
    translations: { '“{0}” is "new"': '</main><script>alert(1)</script>' },
  });

  it('allows only one script by nonce and its own style sheets and fonts', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    const directives = policy.split(';').map((each) => each.trim().split(/\s+/));
    expect(Object.fromEntries(directives.map(([name, ...sources]) => [name, sources]))).toEqual({
      'default-src': [`'none'`],
      'script-src': [`'nonce-N0NCE'`],
      'style-src': ['https://host.test'],
      'font-src': ['https://host.test'],
      'base-uri': [`'none'`],
      'form-action': [`'none'`],
    });
  });

  it('has one script and no inline code', () => {
    expect(page.match(/<script[^>]*>/g)).toEqual(['<script nonce="N0NCE" src="https://host.test/main.js">']);
    expect(page).not.toMatch(/ style=| on\w+=|<style/);
  });

  it('sets the language and escapes the title', () => {
    expect(page).toContain('<html lang="zh-cn">');
    expect(page).toContain('<title>&lt;Chat&gt;</title>');
  });

  it('carries the translations as escaped JSON', () => {
    const json = '{"“{0}” is \\"new\\"":"</main><script>alert(1)</script>"}';
    const escaped = json.replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    expect(page).toContain(`<main id="app" data-l10n="${escaped}"></main>`);
  });
});

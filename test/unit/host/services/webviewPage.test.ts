import { describe, expect, it } from 'vitest';
import { webviewPage } from '../../../../src/host/services/webviewPage';

describe('the page', () => {
  const page = webviewPage({
    cspSource: 'https://host.test',
    nonce: 'N0NCE',
    script: 'https://host.test/main.js',
    styles: ['https://host.test/a.css'],
    language: 'zh-cn',
    title: '<Chat>',
  });

  it('allows one script by nonce and nothing inline', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'nonce-N0NCE'");
    expect(policy).not.toMatch(/unsafe|\*|data:|connect-src|img-src/);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).not.toMatch(/ style=| on\w+=/);
  });

  it('has a language, and a title that is text', () => {
    expect(page).toContain('<html lang="zh-cn">');
    expect(page).toContain('<title>&lt;Chat&gt;</title>');
  });
});

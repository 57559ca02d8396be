/**
 * The chat's page alone: the bundle, the style sheets and the policy that VS Code gets, in a browser without VS Code, with a host that a
 * test plays. Seconds where VS Code takes minutes, and every state there is can be shown.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import type { Page, Route } from 'playwright-core';
import { build } from '../../../scripts/build.mjs';
import { openPage, type OpenPage } from '../../../scripts/lib/vscode/host.mjs';
import { root } from '../../../scripts/lib/paths.mjs';
import { webviewPage } from '../../../src/host/services/webviewPage';
import type { HostMessage, ViewState, WebviewMessage } from '../../../src/contract/webview/chatMessages';
import type { ThemeStyle } from './themes';

/** Never asked: every request to it is answered here. */
const ORIGIN = 'http://127.0.0.1:1';

const types: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css', ttf: 'font/ttf', html: 'text/html' };

export class ViewPage {
  private readonly requested: string[] = [];
  private shown = 0;
  private style: ThemeStyle | undefined;

  private constructor(
    private readonly open: OpenPage,
    private readonly folder: string,
  ) {
    open.page.on('request', (request) => this.requested.push(request.url()));
  }

  static async start(size: { readonly width: number; readonly height: number }): Promise<ViewPage> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'paddock-page-'));
    await build({ outdir: folder, production: true });
    const open = await openPage(`${ORIGIN}/page.html`, {
      ...size,
      waitForWorkbench: false,
      beforeLoad: async (page) => {
        await page.addInitScript(playHost);
        await page.route(`${ORIGIN}/**`, (route) => answer(route, folder));
      },
    });
    return new ViewPage(open, folder);
  }

  get page(): Page {
    return this.open.page;
  }

  /** Every address that was asked for since the last time this was asked. */
  requests(): readonly string[] {
    return this.requested.splice(0);
  }

  /** The page anew, as VS Code makes it when the view is shown again. */
  async reload(): Promise<void> {
    await this.page.goto(`${ORIGIN}/page.html`);
    if (this.style !== undefined) await this.dress(this.style);
  }

  /** A state, as of another conversation, and what follows it. */
  async show(state: ViewState, ...more: readonly HostMessage[]): Promise<void> {
    await this.send({ type: 'state', state: { ...state, conversationId: `shown ${String(this.shown++)}` } }, ...more);
  }

  /** Messages of the host, with a frame to paint them. */
  async send(...messages: readonly HostMessage[]): Promise<void> {
    await this.page.evaluate(async (all) => {
      for (const message of all) window.postMessage(message, '*');
      for (let frame = 0; frame < 3; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
    }, messages);
  }

  /** What the page has posted to the host since it was loaded. */
  posted(): Promise<readonly WebviewMessage[]> {
    return this.page.evaluate('globalThis.posted');
  }

  /** Scripts of others that ran, and what the page's policy had to refuse, since the last time this was asked. */
  happened(): Promise<readonly string[]> {
    return this.page.evaluate('globalThis.happened.splice(0)');
  }

  /** Dresses the page as VS Code does in a theme, from now on. */
  async dress(theme: ThemeStyle): Promise<void> {
    this.style = theme;
    const { variables, bodyClass, defaults } = theme;
    await this.page.evaluate(
      ([style, names, sheet]) => {
        document.documentElement.style.cssText = style;
        document.body.className = names;
        const own = new CSSStyleSheet();
        own.replaceSync(sheet);
        // First, as VS Code's is: the page's own rules win.
        document.adoptedStyleSheets = [own, ...document.adoptedStyleSheets.filter((other) => !('ofVsCode' in other))];
        Object.assign(own, { ofVsCode: true });
      },
      [variables, bodyClass, defaults] as const,
    );
  }

  /** What axe finds wrong: rule and elements. */
  async violations(): Promise<readonly string[]> {
    const { violations } = await new AxeBuilder({ page: this.page }).analyze();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  async stop(): Promise<void> {
    await this.open.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Runs in the page before anything of its own: VS Code's side of the line, and ears for what must never happen. */
function playHost(): void {
  const posted: unknown[] = [];
  const happened: string[] = [];
  const note = (what: string) => () => {
    happened.push(what);
  };
  Object.assign(globalThis, {
    posted,
    happened,
    acquireVsCodeApi: () => ({ postMessage: (message: unknown) => posted.push(message) }),
    alert: note('alert'),
    confirm: note('confirm'),
    prompt: note('prompt'),
    open: note('open'),
  });
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
    happened.push(`policy: ${violatedDirective} ${blockedURI}`);
  });
}

async function answer(route: Route, folder: string): Promise<void> {
  const { pathname } = new URL(route.request().url());
  const type = types[path.extname(pathname).slice(1)];
  const body = pathname === '/page.html' ? page() : await readFile(fileOf(pathname, folder)).catch(() => undefined);
  if (body === undefined || type === undefined) await route.fulfill({ status: 404, body: '' });
  else await route.fulfill({ body, contentType: type });
}

function fileOf(pathname: string, folder: string): string {
  return pathname.startsWith('/media/') ? path.join(root, pathname) : path.join(folder, 'webview', path.basename(pathname));
}

function page(): string {
  return webviewPage({
    cspSource: ORIGIN,
    nonce: 'nonce',
    script: `${ORIGIN}/main.js`,
    styles: [`${ORIGIN}/codicon.css`, `${ORIGIN}/media/webview.css`],
    language: 'en',
    title: 'Paddock chat',
  });
}

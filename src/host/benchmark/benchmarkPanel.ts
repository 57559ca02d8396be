import { randomBytes } from 'node:crypto';
import { Uri, ViewColumn, env, window, type Webview, type WebviewPanel } from 'vscode';
import * as v from 'valibot';
import type { Disposable } from '../../util/event';
import type { BenchmarkHostMessage } from '../../contract/webview/benchmarkMessages';
import type { Log } from '../services/log';
import { webviewPage } from '../services/webviewPage';
import { actionIds, pageBody, pageTitle, type ActionId } from './benchmarkPage';
import type { Kept } from './benchmarkResults';

const message = v.object({ type: v.literal('action'), id: v.picklist(actionIds) });

/** The benchmark's page in an editor tab, of which there is one. It is written anew for every run. */
export class BenchmarkPanel implements Disposable {
  private panel: WebviewPanel | undefined;

  constructor(
    private readonly extensionUri: Uri,
    private readonly act: (id: ActionId) => Promise<string>,
    private readonly log: Log,
  ) {}

  show(kept: Kept): void {
    const panel = this.panel ?? this.open();
    panel.webview.html = this.page(panel.webview, kept);
    panel.reveal();
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private open(): WebviewPanel {
    const roots = [Uri.joinPath(this.extensionUri, 'dist', 'webview'), Uri.joinPath(this.extensionUri, 'media')];
    const panel = window.createWebviewPanel('paddock.benchmark', pageTitle(), ViewColumn.Active, {
      enableScripts: true,
      enableForms: false,
      enableCommandUris: false,
      localResourceRoots: roots,
    });
    const subscription = panel.webview.onDidReceiveMessage((value: unknown) => {
      void this.receive(panel, value);
    });
    panel.onDidDispose(() => {
      subscription.dispose();
      this.panel = undefined;
    });
    this.panel = panel;
    return panel;
  }

  private async receive(panel: WebviewPanel, value: unknown): Promise<void> {
    const parsed = v.safeParse(message, value);
    if (!parsed.success) {
      this.log.warn('the webview sent a message that is none');
      return;
    }
    try {
      const text = await this.act(parsed.output.id);
      if (this.panel === panel) await panel.webview.postMessage({ type: 'notice', text } satisfies BenchmarkHostMessage);
    } catch (error) {
      this.log.error(`${parsed.output.id}: ${String(error)}`);
    }
  }

  private page(webview: Webview, kept: Kept): string {
    const uri = (...segments: string[]): string => webview.asWebviewUri(Uri.joinPath(this.extensionUri, ...segments)).toString();
    return webviewPage({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64url'),
      script: uri('dist', 'webview', 'benchmark.js'),
      styles: [uri('media', 'benchmark.css')],
      language: env.language,
      title: pageTitle(),
      content: { html: pageBody(kept, true), className: 'benchmark' },
    });
  }
}

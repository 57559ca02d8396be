import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isOpenableLink, parseWebviewMessage } from '../../../src/host/chat/view/incomingChatMessages';
import { payloads, places, published } from '../../fixtures/payloads';
import { strangers } from '../../fixtures/foreignElements';
import { state, turn } from '../../unit/webview/viewSamples';
import type { Editor } from '../support/driver.mjs';
import { scriptedWorker } from '../support/scriptedWorker.mjs';
import { ViewPage } from '../support/viewPage';
import { installedPaddock, showFailures } from '../support/vsix';

/** An expression for a page: what {@link strangers} finds there. */
const look = `(${String(strangers)})(document.getElementById('app'))`;

/** Runs in a page: presses every link, as a person or a script might, and says where they lead. */
function pressLinks(): string[] {
  const links = [...document.querySelectorAll('a')];
  for (const link of links) link.click();
  return links.map((link) => link.getAttribute('href') ?? '');
}

describe('the page in a browser, with its policy', () => {
  let view: ViewPage;

  beforeAll(async () => {
    view = await ViewPage.start({ width: 400, height: 700 });
  });
  beforeEach(async () => {
    await view.reload();
    await view.show(state());
    // Asked for only when an icon is painted, which on a busy machine would be within a test.
    await view.page.evaluate(() => document.fonts.load('16px codicon').then(({ length }) => length));
    view.requests();
    // The toolkit tries an inline style once, which the policy refuses: it only looks whether the browser knows `:focus-visible`.
    expect((await view.happened()).filter((each) => each !== 'policy: style-src-elem inline')).toEqual([]);
  });
  afterAll(() => view.stop());

  it('has a corpus to try', () => {
    expect(published.length).toBeGreaterThanOrEqual(200);
  });

  it.each(Object.entries(places))('does nothing with a payload %s', async (_name, place) => {
    // Under way, so that each is rendered, wherever it stands.
    const turns = payloads.map((payload, index) => turn(`t${String(index)}`, { answer: place(payload), state: { kind: 'streaming' } }));
    await view.show(state({ turns }));
    expect(await view.page.locator('.answer-body').count()).toBe(payloads.length);
    expect(await view.page.evaluate(look)).toEqual([]);
    const links = await view.page.evaluate(pressLinks);
    expect(links.filter((href) => !isOpenableLink(href))).toEqual([]);
    const messages = (await view.posted()).map(parseWebviewMessage);
    expect(messages.filter((message) => message === undefined || !['ready', 'openLink'].includes(message.type))).toEqual([]);
    expect(await view.happened()).toEqual([]);
    expect(view.requests()).toEqual([]);
  });

  it('does nothing with a payload in a title, a question, the name of a file or an error', async () => {
    for (const payload of payloads) {
      const failed = { kind: 'failed', message: payload, actions: [{ id: payload, label: payload }] } as const;
      const hostile = turn('a', {
        question: payload,
        attachments: [{ kind: 'file', label: payload, opens: true }],
        notes: [payload],
        state: failed,
      });
      const problem = { message: payload, actions: [{ id: payload, label: payload }] };
      await view.page.evaluate(
        (message) => {
          window.postMessage(message, '*');
        },
        {
          type: 'state',
          state: state({ title: payload, turns: [hostile], draft: payload, engine: { kind: 'failed', label: payload, problem } }),
        },
      );
    }
    await view.send();
    expect(await view.page.evaluate(look)).toEqual([]);
    expect(await view.happened()).toEqual([]);
    expect(view.requests()).toEqual([]);
  });

  it('does not pass because nothing is heard: a script that runs and an image that is asked for are', async () => {
    await view.page.evaluate(() => {
      const image = new Image();
      image.src = 'https://x.test/a.png';
      document.body.append(image);
      document.body.insertAdjacentHTML('beforeend', '<b onclick="alert(1)" id="probe">x</b>');
      document.getElementById('probe')?.click();
      alert('heard');
    });
    await view.send();
    const happened = await view.happened();
    expect(happened).toContain('alert');
    expect(happened.filter((each) => each === 'alert')).toHaveLength(1);
    expect(happened.some((each) => each.startsWith('policy: img-src'))).toBe(true);
    expect(happened.some((each) => each.startsWith('policy: script-src-attr'))).toBe(true);
  });
});

/** The payloads, so many to an answer. */
const chunks = Array.from({ length: Math.ceil(payloads.length / 100) }, (_, index) =>
  payloads.slice(index * 100, index * 100 + 100).join('\n\n'),
);

/** `text` in pieces of one to nine letters, the same each time. */
function pieces(text: string): string[] {
  const found: string[] = [];
  let state = text.length + 1;
  for (let at = 0; at < text.length; at += found.at(-1)?.length ?? 1) {
    // Lehmer's generator.
    state = (state * 48_271) % 2_147_483_647;
    found.push(text.slice(at, at + 1 + (state % 9)));
  }
  return found;
}

describe('VS Code', () => {
  let editor: Editor;

  beforeAll(async () => {
    const answers = [
      ...chunks.map((text, index) => ({ when: `chunk ${String(index)}.`, answer: pieces(text) })),
      {
        when: 'links',
        answer: '[site](https://example.com/a) [command](command:workbench.action.closeSidebar) [file](file:///etc/passwd)',
      },
    ];
    editor = await installedPaddock({ worker: await scriptedWorker({ answers }) });
    await editor.openChat();
  });
  showFailures(() => editor);
  afterAll(() => editor.stop());

  it('shows hostile answers, cut at any place, and nothing comes of them', async () => {
    await editor.chat.locator('main').evaluate(listen);
    for (const [index, text] of chunks.entries()) {
      const { answer } = await editor.ask(`Say chunk ${String(index)}.`);
      expect(answer).toBe(text);
    }
    await editor.chat.locator('article').last().locator('.answer-body a').first().waitFor();
    expect(await editor.chat.locator('main').evaluate(() => (globalThis as unknown as { happened: string[] }).happened)).toEqual([]);
    expect(editor.open.outside).toEqual([]);
    expect(await editor.page.locator('.monaco-dialog-box').count()).toBe(0);
  });

  it('asks before it leaves for an address, and leaves for none that is no site', async () => {
    await editor.ask('Say links.');
    const links = editor.chat.locator('article').last().locator('.answer-body a');
    await links.first().waitFor();
    expect(await links.allTextContents()).toEqual(['site']);
    await links.first().click();
    const dialog = editor.page.locator('.monaco-dialog-box');
    await dialog.getByText('https://example.com/a').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(editor.open.outside).toEqual([]);
  });
});

/** Runs in VS Code's webview: ears for what must never happen. */
function listen(): void {
  const happened: string[] = [];
  const note = (what: string) => () => {
    happened.push(what);
  };
  Object.assign(globalThis, { happened, alert: note('alert'), confirm: note('confirm'), prompt: note('prompt') });
  document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
    happened.push(`policy: ${violatedDirective} ${blockedURI}`);
  });
}

// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import type { SessionHostMessage, SessionPage, SessionWebviewMessage } from '../../../../src/contract/webview/sessionMessages';
import { reduceSession } from '../../../../webview/session/sessionReducer';
import { startSessionView } from '../../../../webview/session/startSession';
import type { Transport } from '../../../../webview/shared/transport';

function page(changes: Partial<SessionPage> = {}): SessionPage {
  return {
    title: 'Paddock session',
    engine: { kind: 'ready', label: 'Fake 7B · ready' },
    loadingProgress: 'Loading',
    sections: [
      {
        id: 'lanes',
        kind: 'lanes',
        title: 'Lanes',
        lines: [
          { id: '0', kind: 'ghost', label: 'a.ts', description: 'ghost text', amount: '10 of 100 tokens', fraction: 0.1 },
          { id: '1', kind: 'chat', label: 'Reverse a string', description: 'chat', amount: '50 of 100 tokens', fraction: 0.5 },
        ],
        note: '',
      },
      { id: 'savings', kind: 'facts', title: 'Saved', facts: [{ label: 'Tokens reused today', value: '12' }], note: '' },
      {
        id: 'speed',
        kind: 'charts',
        title: 'Speed',
        charts: [
          {
            title: 'Writing',
            latest: '12 tokens/s',
            values: [6, 12],
            summary: 'Writing: two answers',
            table: {
              columns: ['Answer', 'Tokens per second'],
              rows: [
                ['chat', '12'],
                ['chat', '6'],
              ],
            },
          },
        ],
        note: '',
      },
    ],
    actions: [
      { id: 'park', label: 'Park Now' },
      { id: 'clear', label: 'Clear…' },
    ],
    actionsTitle: 'What you can do',
    ...changes,
  };
}

class SessionTransport implements Transport<SessionHostMessage, SessionWebviewMessage> {
  readonly posted: SessionWebviewMessage[] = [];
  private listener: (message: SessionHostMessage) => void = () => undefined;
  readonly post = (message: SessionWebviewMessage): void => {
    this.posted.push(message);
  };
  readonly listen = (listener: (message: SessionHostMessage) => void): void => {
    this.listener = listener;
  };
  send(message: SessionHostMessage): void {
    this.listener(message);
  }
}

class SessionTab {
  readonly root = document.createElement('main');
  readonly transport = new SessionTransport();
  private paints: (() => void)[] = [];

  constructor() {
    document.body.replaceChildren(this.root);
    startSessionView(this.root, this.transport, (paint) => this.paints.push(paint));
  }

  show(changes: Partial<SessionPage> = {}): this {
    this.transport.send({ type: 'page', page: page(changes) });
    return this.frame();
  }

  frame(): this {
    const paints = this.paints;
    this.paints = [];
    for (const paint of paints) paint();
    return this;
  }

  all(selector: string): HTMLElement[] {
    return Array.from(this.root.querySelectorAll<HTMLElement>(selector));
  }

  find(selector: string): HTMLElement {
    const [found] = this.all(selector);
    if (found === undefined) throw new Error(`no ${selector}`);
    return found;
  }
}

describe('the session view', () => {
  it('asks for its page when it starts, and shows it', () => {
    const tab = new SessionTab();
    expect(tab.transport.posted).toEqual([{ type: 'ready' }]);
    tab.show();
    expect(tab.all('h2').map(({ textContent }) => textContent)).toEqual(['Lanes', 'Saved', 'Speed']);
    expect(tab.all('.lane').map(({ textContent }) => textContent)).toEqual([
      'a.tsghost text10 of 100 tokens',
      'Reverse a stringchat50 of 100 tokens',
    ]);
    expect(tab.find('.fact').textContent).toBe('Tokens reused today12');
    expect(tab.find('.footer').textContent).toBe('Fake 7B · ready');
  });

  it('changes what stays in place, and lets what is new come and what is gone go', () => {
    const tab = new SessionTab().show();
    const [first, second] = tab.all('.lane');
    const line = {
      id: '1',
      kind: 'chat',
      label: 'Reverse a string',
      description: 'chat · in use',
      amount: '60 of 100 tokens',
      fraction: 0.6,
    } as const;
    const more = { id: '2', kind: 'empty', label: 'Empty', description: '', amount: '0 of 100 tokens', fraction: 0 } as const;
    tab.show({ sections: [{ id: 'lanes', kind: 'lanes', title: 'Lanes', lines: [line, more], note: '' }] });
    expect(tab.all('.lane')).toHaveLength(2);
    expect(tab.all('.lane')[0]).toBe(second);
    expect(second?.textContent).toContain('60 of 100 tokens');
    expect(second?.querySelector('meter')?.value).toBe(0.6);
    expect(first?.isConnected).toBe(false);
    expect(tab.all('h2')).toHaveLength(1);
  });

  it('gives a chart in words and as a table', () => {
    const tab = new SessionTab().show();
    const picture = tab.find('svg');
    expect(picture.getAttribute('role')).toBe('img');
    expect(picture.getAttribute('aria-label')).toBe('Writing: two answers');
    const heights = Array.from(picture.querySelectorAll('rect'), (rect) => Number(rect.getAttribute('height')));
    expect(heights).toEqual([18, 36]);
    expect(tab.all('figure tbody tr').map(({ textContent }) => textContent)).toEqual(['chat12', 'chat6']);
  });

  it('tells the host which button was pressed, and keeps the buttons while they stay the same', () => {
    const tab = new SessionTab().show();
    const [park] = tab.all('.session-actions vscode-button');
    tab.show();
    expect(tab.all('.session-actions vscode-button')[0]).toBe(park);
    park?.click();
    expect(tab.transport.posted.at(-1)).toEqual({ type: 'action', id: 'park' });
  });

  it('reads out what came of a button, and forgets it at the next', () => {
    const tab = new SessionTab().show();
    const status = tab.find('[role="status"]');
    tab.transport.send({ type: 'notice', text: 'Parked.' });
    expect(tab.frame().find('[role="status"]').textContent).toBe('Parked.');
    tab.show();
    expect(status.textContent).toBe('Parked.');
    tab.find('.session-actions vscode-button').click();
    expect(tab.frame().find('[role="status"]')).toBe(status);
    expect(status.textContent).toBe('');
  });

  it('says what is wrong, with what helps', () => {
    const problem = { message: 'It broke.', actions: [{ id: 'restartEngine', label: 'Restart Engine' }] };
    const tab = new SessionTab().show({ engine: { kind: 'failed', label: 'Not running', problem }, sections: [], actions: [] });
    expect(tab.find('.banner').textContent).toContain('It broke.');
    tab.find('.banner vscode-button').click();
    expect(tab.transport.posted.at(-1)).toEqual({ type: 'action', id: 'restartEngine' });
    tab.show();
    expect(tab.find('.banner').hidden).toBe(true);
  });

  it('shows titles and file names as text', () => {
    const evil = '<img src=x onerror=alert(1)>';
    const lines = [{ id: '0', kind: 'chat', label: evil, description: evil, amount: evil }] as const;
    const tab = new SessionTab().show({ sections: [{ id: 'parked', kind: 'lanes', title: evil, lines, note: evil }] });
    expect(tab.root.querySelector('img')).toBeNull();
    expect(tab.find('.lane-label').textContent).toBe(evil);
    expect(tab.find('meter').hidden).toBe(true);
  });
});

describe('the session view’s store', () => {
  it('knows nothing before the first page', () => {
    expect(reduceSession(undefined, { type: 'notice', text: 'x' })).toBeUndefined();
    expect(reduceSession(undefined, { type: 'pressed' })).toBeUndefined();
  });

  it('is the same object where nothing changes', () => {
    const model = reduceSession(undefined, { type: 'page', page: page() });
    expect(reduceSession(model, { type: 'pressed' })).toBe(model);
  });
});

import type { Metrics } from '../../../../src/contract/metrics';
import { describe, expect, it } from 'vitest';
import { Emitter } from '../../../../src/util/event';
import { parseSessionMessage, SessionController, type SessionWords } from '../../../../src/host/session/sessionController';
import type { Labels } from '../../../../src/host/session/laneLabels';
import type { PageParts } from '../../../../src/host/session/sessionPage';
import type { ReportFacts } from '../../../../src/host/session/issueReport';
import { Savings } from '../../../../src/host/session/savings';
import { readConfig } from '../../../../src/host/services/config';
import type { SessionHostMessage } from '../../../../src/contract/webview/sessionMessages';
import { FakeEngine, fakeFacts, fakeMetrics } from '../../../fixtures/engine/fakeEngine';
import { FakeTimers } from '../../../fixtures/timers';
import { FakeLog, FakeMemory, settled } from '../chat/chatFakes';
import { sampleView } from './sessionSamples';

/** A session view's host side, with all that it says and asks. */
class Desk {
  readonly engine = new FakeEngine();
  readonly finished = new Emitter<Metrics>();
  readonly timers = new FakeTimers();
  readonly log = new FakeLog();
  readonly pages: PageParts[] = [];
  readonly messages: SessionHostMessage[] = [];
  readonly actions: string[] = [];
  readonly reports: ReportFacts[] = [];
  readonly asked: string[] = [];
  agrees = true;
  learns: () => Promise<void> = () => Promise.resolve();
  readonly savings = new Savings({
    memory: new FakeMemory(),
    now: () => new Date(2026, 2, 7),
    later: (action) => this.timers.after(5000, action),
    measure: () => Promise.resolve(undefined),
  });
  readonly controller: SessionController;

  constructor() {
    this.engine.view = sampleView;
    const words: SessionWords = {
      page: (parts) => {
        this.pages.push(parts);
        return {
          title: '',
          engine: { kind: parts.state.kind === 'remote' ? 'ready' : parts.state.kind, label: '' },
          loadingProgress: '',
          sections: [],
          actions: [],
          actionsTitle: '',
        };
      },
      parking: () => 'parking',
      parked: ({ lanes }) => `parked ${String(lanes)}`,
      cleared: ({ lanes }) => `cleared ${String(lanes)}`,
      copied: () => 'copied',
      notReady: () => 'not ready',
    };
    const labels: Pick<Labels, 'learn' | 'forget' | 'of'> = {
      learn: () => this.learns(),
      forget: () => undefined,
      of: () => ({ label: '', description: '' }),
    };
    this.controller = new SessionController({
      engine: this.engine,
      worker: this.engine,
      onDidFinish: this.finished.event,
      savings: this.savings,
      labels: labels as Labels,
      words,
      log: this.log,
      now: this.timers.now,
      after: this.timers.after,
      runAction: (id) => this.actions.push(id),
      confirmClear: () => {
        this.asked.push('clear');
        return Promise.resolve(this.agrees);
      },
      copy: (report) => Promise.resolve(void this.reports.push(report)),
      surroundings: () => ({
        versions: { paddock: '', vscode: '', appHost: '', remote: undefined, language: '' },
        machine: { platform: '', release: '', arch: '', cpu: '', cores: 1, totalBytes: 1, freeBytes: 1 },
        config: readConfig(() => undefined),
      }),
    });
    this.controller.onMessage((message) => this.messages.push(message));
  }

  /** The page as it is when the view is opened. */
  async open(): Promise<void> {
    this.controller.viewReady();
    await settled();
  }

  get notices(): readonly string[] {
    return this.messages.flatMap((message) => (message.type === 'notice' ? [message.text] : []));
  }
}

describe('SessionController', () => {
  it('polls while the view is open, and not while it is closed', async () => {
    const desk = new Desk();
    desk.finished.fire(fakeMetrics);
    await desk.timers.pass(60_000);
    expect(desk.engine.looks).toBe(0);
    await desk.open();
    expect(desk.engine.looks).toBe(1);
    expect(desk.pages.at(-1)).toMatchObject({ state: { kind: 'ready' }, view: sampleView });
    desk.controller.viewClosed();
    desk.finished.fire(fakeMetrics);
    await desk.timers.pass(60_000);
    expect(desk.engine.looks).toBe(1);
  });

  it('polls again after an answer, at most once a second', async () => {
    const desk = new Desk();
    desk.engine.view = { ...sampleView, lanes: [] };
    await desk.open();
    for (let key = 0; key < 20; key++) {
      desk.finished.fire(fakeMetrics);
      await desk.timers.pass(100);
    }
    expect(desk.engine.looks).toBe(3);
  });

  it('counts reused tokens also while the view is closed', async () => {
    const desk = new Desk();
    desk.engine.become({ kind: 'ready', generation: 1, responding: true, facts: { ...fakeFacts, prefillTokensPerSecond: 16 } });
    desk.finished.fire(fakeMetrics);
    desk.finished.fire({ ...fakeMetrics, generatedTokens: 0 });
    expect(desk.savings.today).toMatchObject({ reusedTokens: 1024, savedSeconds: 64 });
    desk.engine.view = { ...sampleView, prefillTokensPerSecond: 64 };
    await desk.open();
    expect(desk.savings.today).toMatchObject({ reusedTokens: 1024, savedSeconds: 16 });
  });

  it('shows a new engine state at once, without the old session', async () => {
    const desk = new Desk();
    await desk.open();
    desk.engine.become({ kind: 'restarting', generation: 1, error: { kind: 'restarted' }, delayMilliseconds: 1 });
    expect(desk.pages.at(-1)).toMatchObject({ state: { kind: 'restarting' }, view: undefined });
  });

  it('sends nothing to a worker that does not respond', async () => {
    const desk = new Desk();
    await desk.open();
    const { looks } = desk.engine;
    desk.engine.become({ kind: 'ready', generation: 1, responding: false, facts: fakeFacts });
    expect(desk.pages.at(-1)).toMatchObject({ state: { responding: false }, view: sampleView });
    await desk.timers.pass(10_000);
    await desk.controller.act('copyReport');
    expect(desk.engine.looks).toBe(looks);
    expect(desk.reports[0]?.view).toBe(sampleView);
  });

  it('shows the session without titles when they cannot be read', async () => {
    const desk = new Desk();
    desk.learns = () => Promise.reject(new Error('the disk is gone'));
    await desk.open();
    expect(desk.pages).toHaveLength(1);
    expect(desk.log.lines).toEqual([expect.stringContaining('the disk is gone')]);
  });
});

describe('the session view’s buttons', () => {
  it('park lanes and report the result', async () => {
    const desk = new Desk();
    await desk.controller.act('park');
    expect(desk.engine.parks).toBe(1);
    expect(desk.notices).toEqual(['parking', 'parked 3']);
  });

  it('clear the session only after a confirmation', async () => {
    const desk = new Desk();
    desk.agrees = false;
    await desk.controller.act('clear');
    expect([desk.engine.clears, desk.asked]).toEqual([0, ['clear']]);
    expect(desk.notices).toEqual([]);
    desk.agrees = true;
    await desk.controller.act('clear');
    expect(desk.engine.clears).toBe(1);
    expect(desk.notices).toEqual(['cleared 1']);
  });

  it('report that there is no session', async () => {
    const desk = new Desk();
    desk.engine.view = undefined;
    await desk.controller.act('park');
    await desk.controller.act('clear');
    expect(desk.notices).toEqual(['parking', 'not ready', 'not ready']);
    expect(desk.asked).toEqual([]);
  });

  it('copy an issue report with the last error', async () => {
    const desk = new Desk();
    const error = { kind: 'workerDied', detail: 'SIGKILL' } as const;
    desk.engine.become({ kind: 'restarting', generation: 1, error, delayMilliseconds: 1 });
    desk.engine.become({ kind: 'ready', generation: 2, responding: true, facts: fakeFacts });
    await desk.controller.act('copyReport');
    expect(desk.reports).toMatchObject([{ lastError: error, view: sampleView, worker: { libraryVersion: '3.0.0' } }]);
    expect(desk.notices).toEqual(['copied']);
  });

  it('start the engine and run the actions of a problem', async () => {
    const desk = new Desk();
    for (const id of ['start', 'restartEngine', 'chooseModelFile', 'retry', 'constructor', 'rm -rf']) await desk.controller.act(id);
    expect(desk.engine.starts).toBe(1);
    expect(desk.actions).toEqual(['restartEngine', 'chooseModelFile']);
  });
});

describe('the parser of messages from the session’s webview', () => {
  it.each([{ type: 'ready' }, { type: 'action', id: 'park' }])('accepts the message %j', (message) => {
    expect(parseSessionMessage(message)).toEqual(message);
  });

  it.each([undefined, null, 'ready', [], {}, { type: 'action' }, { type: 'action', id: 7 }, { type: 'send', text: 'x' }])(
    'rejects the value %j',
    (value) => {
      expect(parseSessionMessage(value)).toBeUndefined();
    },
  );
});

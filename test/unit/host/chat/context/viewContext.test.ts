import { describe, expect, it } from 'vitest';
import type { GaugeSource } from '../../../../../src/host/chat/context/contextGauge';
import type { DraftItem } from '../../../../../src/host/chat/context/contextItems';
import type { ViewContext } from '../../../../../src/host/chat/context/viewContext';
import type { HostMessage } from '../../../../../src/contract/webview/chatMessages';
import { FakeEngine, fakeFacts } from '../../../../fixtures/engine/fakeEngine';
import { settled } from '../chatFakes';
import { fakeContext, FakeWorkspace } from './contextFakes';

const words = (count: number): string => 'word '.repeat(count).trim();

class Desk {
  readonly engine = new FakeEngine();
  readonly counted: string[] = [];
  readonly messages: HostMessage[] = [];
  readonly memory: { items: readonly DraftItem[] } = { items: [] };
  /** Models that somebody dropped. */
  readonly offered: string[] = [];
  readonly context: ViewContext;
  source: GaugeSource = { system: 'Be brief.', maxTokens: 100, history: [], question: '' };
  private idle: (() => void)[] = [];

  constructor(readonly workspace = new FakeWorkspace({ 'a.ts': words(40), 'b.ts': words(2) })) {
    const count = this.engine.countTokens.bind(this.engine);
    this.engine.countTokens = (texts) => {
      this.counted.push(...texts);
      return count(texts);
    };
    this.context = this.open();
  }

  /** A view of the window, as after a reload. */
  open(): ViewContext {
    const idle = (action: () => void): { dispose: () => void } => {
      this.idle.push(action);
      return { dispose: () => void (this.idle = this.idle.filter((other) => other !== action)) };
    };
    const context = fakeContext({ memory: this.memory, engine: this.engine, idle, workspace: this.workspace, offered: this.offered });
    context.onMessage((message) => this.messages.push(message));
    context.start(() => this.source);
    return context;
  }

  attach(...paths: readonly string[]): Promise<void> {
    return this.context.attach(paths.map((path) => ({ kind: 'file', uri: `file:///${path}` })));
  }

  /** A pause of the user. */
  async pause(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      const actions = this.idle;
      this.idle = [];
      for (const action of actions) action();
      await settled();
    }
  }

  get chips(): readonly string[] {
    return this.context.attachments.map(({ label, tokens, problem }) => [label, tokens ?? '?', problem ?? ''].join(' ').trim());
  }
}

describe('attachments', () => {
  it('show their tokens after they were counted', async () => {
    const desk = new Desk();
    await desk.attach('a.ts', 'b.ts', 'a.ts');
    expect(desk.chips).toEqual(['a.ts ?', 'b.ts ?']);
    await desk.pause();
    expect(desk.chips).toEqual(['a.ts 40', 'b.ts 2']);
    expect(desk.messages.at(-1)).toMatchObject({ type: 'attachments', attachments: [{ tokens: 40 }, { tokens: 2 }] });
  });

  it('survive a reload until they are removed', async () => {
    const desk = new Desk();
    await desk.attach('a.ts', 'b.ts');
    const later = desk.open();
    expect(later.attachments.map(({ label }) => label)).toEqual(['a.ts', 'b.ts']);
    await later.receive({ type: 'detach', attachment: later.attachments[0]?.id ?? '' });
    expect(later.attachments.map(({ label }) => label)).toEqual(['b.ts']);
    expect(desk.memory.items).toHaveLength(1);
  });

  it('are read when they are sent, not when they are attached', async () => {
    const desk = new Desk();
    await desk.attach('b.ts');
    desk.workspace.files_.set('b.ts', 'new words');
    expect((await desk.context.take())?.file?.text).toBe('new words');
  });

  it('that cannot be read show the reason and block the question', async () => {
    const desk = new Desk();
    await desk.attach('b.ts');
    desk.workspace.files_.delete('b.ts');
    expect(await desk.context.take()).toBeUndefined();
    expect(desk.chips).toEqual(['b.ts ? b.ts is gone']);
    desk.workspace.change('b.ts', 'back again');
    await desk.pause();
    expect(desk.chips).toEqual(['b.ts 2']);
  });

  it('move with their lines', async () => {
    const desk = new Desk();
    await desk.context.attach([{ kind: 'selection', uri: 'file:///a.ts', startLine: 4, endLine: 6 }]);
    desk.workspace.move('a.ts', [{ startLine: 1, endLine: 1, newLines: 3 }]);
    expect(desk.memory.items[0]?.item).toEqual({ kind: 'selection', uri: 'file:///a.ts', startLine: 6, endLine: 8 });
  });
});

describe('the gauge', () => {
  it('counts what would be sent, and each text once', async () => {
    const desk = new Desk();
    await desk.attach('a.ts');
    await desk.pause();
    const before = desk.context.gauge?.usedTokens ?? 0;
    expect(desk.context.gauge).toMatchObject({ contextTokens: 4096, warnings: [] });
    desk.source = { ...desk.source, question: 'Why is that?' };
    desk.context.changed();
    await desk.pause();
    expect((desk.context.gauge?.usedTokens ?? 0) - before).toBe(3);
    expect(desk.counted).toEqual(['Be brief.', words(40), 'Why is that?']);
  });

  it('uses the token ids of an answer only for the loaded model', async () => {
    const desk = new Desk();
    const answer = { text: 'Because it is.', tokens: new Array<number>(500).fill(7) };
    const gaugeOf = async (fingerprint: string): Promise<number> => {
      desk.source = { ...desk.source, history: [{ title: 'Why?', user: { text: 'Why?' }, answer: { ...answer, fingerprint } }] };
      desk.context.changed();
      await desk.pause();
      return desk.context.gauge?.usedTokens ?? 0;
    };
    expect((await gaugeOf(fakeFacts.fingerprint)) - (await gaugeOf('other'))).toBe(500 - 3);
  });

  it('forecasts dropped questions and cut attachments', async () => {
    const desk = new Desk(new FakeWorkspace({ 'a.ts': words(9000) }));
    const turn = (title: string): GaugeSource['history'][number] => ({ title, user: { text: words(900) }, answer: { text: words(300) } });
    desk.source = { ...desk.source, history: ['One?', 'Two?', 'Three?'].map(turn) };
    await desk.attach('a.ts');
    await desk.pause();
    expect(desk.context.gauge?.warnings).toEqual(['drops 2 to Two?', 'cuts a.ts to 1638 of 9000']);
    expect(desk.context.gauge?.usedTokens).toBeLessThan(4096);
  });

  it('says when nothing helps', async () => {
    const desk = new Desk();
    desk.source = { ...desk.source, question: words(5000) };
    await desk.pause();
    expect(desk.context.gauge?.warnings).toEqual(['too long']);
  });

  it('is hidden while no model is loaded', async () => {
    const desk = new Desk();
    desk.engine.state = { kind: 'stopped' };
    await desk.attach('a.ts');
    await desk.pause();
    expect(desk.context.gauge).toBeUndefined();
    expect(desk.chips).toEqual(['a.ts ?']);
    desk.engine.become({ kind: 'ready', generation: 2, responding: true, facts: fakeFacts });
    desk.context.changed();
    await desk.pause();
    expect(desk.chips).toEqual(['a.ts 40']);
  });
});

describe('a query for suggestions', () => {
  it('is answered under its request number, and a chosen suggestion is attached', async () => {
    const desk = new Desk();
    await desk.context.receive({ type: 'suggest', request: 7, query: 'b.' });
    const answer = desk.messages.find((message) => message.type === 'suggestions');
    expect(answer).toMatchObject({ request: 7, items: [{ label: 'b.ts', kind: 'file' }] });
    await desk.context.receive({ type: 'attach', suggestion: answer?.items[0]?.id ?? '' });
    await desk.context.receive({ type: 'drop', uris: ['file:///a.ts#L2', 'nonsense', 'file:///models/Llama.GGUF'] });
    expect(desk.context.attachments.map(({ label }) => label)).toEqual(['b.ts', 'a.ts']);
    expect(desk.offered).toEqual(['file:///models/Llama.GGUF']);
  });
});

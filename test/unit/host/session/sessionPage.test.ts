import { describe, expect, it } from 'vitest';
import { formatBytes } from '../../../../src/host/ui/numberFormat';
import { Labels } from '../../../../src/host/session/laneLabels';
import { sessionPage, type PageParts } from '../../../../src/host/session/sessionPage';
import { clearQuestion, sessionWords } from '../../../../src/host/session/sessionTexts';
import type { SectionView } from '../../../../src/contract/webview/sessionMessages';
import { fakeFacts } from '../../../fixtures/engine/fakeEngine';
import { sampleView } from './sessionSamples';

const titles: Readonly<Record<string, string>> = { 'c-1': 'Reverse a string', 'c-2': 'Tests for the parser', 'c-3': '' };

async function page(more: Partial<PageParts> = {}): Promise<ReturnType<typeof sessionPage>> {
  const labels = new Labels((subject) => Promise.resolve(titles[subject]));
  await labels.learn([...sampleView.lanes, ...sampleView.parked]);
  return sessionPage({
    state: { kind: 'ready', generation: 1, responding: true, facts: fakeFacts },
    view: sampleView,
    today: { day: '2026-03-07', reusedTokens: 120_400, savedSeconds: 3010 },
    labelOf: (content) => labels.of(content),
    ...more,
  });
}

function section<K extends SectionView['kind']>(sections: readonly SectionView[], kind: K, id: string): Extract<SectionView, { kind: K }> {
  const found = sections.find((each): each is Extract<SectionView, { kind: K }> => each.id === id && each.kind === kind);
  if (!found) throw new Error(`no section ${id}`);
  return found;
}

const facts = ({ sections }: { readonly sections: readonly SectionView[] }, id: string): Readonly<Record<string, string>> =>
  Object.fromEntries(section(sections, 'facts', id).facts.map(({ label, value }) => [label, value]));

describe('the session view', () => {
  it('shows the lanes of two models apart, each under its name, and the memory of both', async () => {
    const ghostText = { kind: 'loaded', facts: { ...fakeFacts, name: 'Small 1B', laneBytes: 1e6, lanes: 3 } } as const;
    const roleOf = ({ role }: { readonly role: 'chat' | 'completion' }) =>
      role === 'completion' ? ('completion' as const) : ('chat' as const);
    const view = {
      ...sampleView,
      lanes: sampleView.lanes.map((lane) => ({ ...lane, model: roleOf(lane) })),
      parked: sampleView.parked.map((each) => ({ ...each, model: roleOf(each) })),
    };
    const both = await page({
      view,
      state: { kind: 'ready', generation: 1, responding: true, facts: { ...fakeFacts, completion: ghostText } },
    });
    const chat = section(both.sections, 'lanes', 'lanes-chat');
    const ghost = section(both.sections, 'lanes', 'lanes-completion');
    expect([chat.title, ghost.title]).toEqual(['Lanes · Fake 7B', 'Lanes · Small 1B']);
    expect(ghost.lines.map(({ kind }) => kind)).toContain('ghost');
    expect(chat.lines.map(({ kind }) => kind)).not.toContain('ghost');
    expect(section(both.sections, 'lanes', 'parked-chat').title).toBe('Parked lanes · Fake 7B');
    expect(facts(both, 'model-completion')['Name']).toBe('Small 1B');
    expect(facts(both, 'memory')['KV cache of all lanes']).toBe(formatBytes(2 * fakeFacts.laneBytes + 3e6, 'en'));
    expect(new Set(both.sections.map(({ id }) => id)).size).toBe(both.sections.length);
  });

  it('shows what each lane holds, how full it is and whether it is in use', async () => {
    const { lines } = section((await page()).sections, 'lanes', 'lanes');
    expect(lines).toEqual([
      {
        id: '0',
        kind: 'ghost',
        label: 'inventory.ts',
        description: 'ghost text · src/web',
        amount: '512 of 4,095 tokens',
        fraction: 512 / 4095,
      },
      {
        id: '1',
        kind: 'chat',
        label: 'Reverse a string',
        description: 'chat · in use',
        amount: '2,048 of 4,095 tokens',
        fraction: 2048 / 4095,
      },
      { id: '', kind: 'empty', label: '1 empty lane', description: '', amount: 'room for 4,095 tokens' },
    ]);
  });

  it('lists the parked lanes of this workspace, and counts the others', async () => {
    const { lines, note } = section((await page()).sections, 'lanes', 'parked');
    expect(lines.map(({ label, amount }) => [label, amount])).toEqual([
      ['Tests for the parser', '1,000 tokens, 524 MB on disk'],
      ['main.py', '300 tokens, 157 MB in memory'],
    ]);
    expect(note).toBe('Of other workspaces: 1 parked lane (2.1 GB)');
    const none = section((await page({ view: { ...sampleView, parked: [] } })).sections, 'lanes', 'parked');
    expect(none.lines).toEqual([]);
    expect(none.note).toMatch(/^Nothing is parked\./);
  });

  it('shows how much reuse saved', async () => {
    expect(facts(await page(), 'savings')).toEqual({
      'Tokens reused today': '120,400',
      'Reading time saved today': '50 min, 10 sec',
      'Tokens in lanes': '2,560',
      'Tokens parked': '1,300',
      'Of all prompts since the start, reused': '92%',
    });
  });

  it('shows the speed of answers as a chart, a sentence and a table', async () => {
    const { charts } = section((await page()).sections, 'charts', 'speed');
    expect(charts).toMatchObject([
      {
        title: 'Writing',
        latest: '12 tokens/s',
        values: [11.8, 9.26, 12.2],
        summary: 'Writing: the last 3 answers between 9.3 and 12 tokens/s, the latest at 12 tokens/s',
        table: {
          columns: ['Answer', 'Tokens per second'],
          rows: [
            ['chat', '12'],
            ['ghost text', '9.3'],
            ['chat', '12'],
          ],
        },
      },
      { title: 'Reading', latest: '41 tokens/s', values: [38.4, 41] },
    ]);
    const silent = section((await page({ view: { ...sampleView, answers: [] } })).sections, 'charts', 'speed');
    expect(silent).toMatchObject({ charts: [], note: 'No answer was long enough yet to tell.' });
  });

  it('shows the memory in use and the loaded model', async () => {
    const shown = await page();
    expect(facts(shown, 'memory')).toEqual({
      'The model’s process': '5.2 GB',
      'Of that, not read from a file': '4.9 GB',
      'KV cache of all lanes': '4.3 GB',
      'Model file, in memory': '1 byte',
    });
    expect(facts(shown, 'model')).toMatchObject({
      Name: 'Fake 7B',
      'Context of a lane': '4,096 tokens',
      'Runs on': 'the CPU',
      Threads: '2',
    });
    const other = await page({
      state: { kind: 'ready', generation: 1, responding: true, facts: { ...fakeFacts, gpu: 'metal', mapped: true, decodeThreads: 1 } },
      view: { ...sampleView, memory: { residentBytes: 1e6 } },
    });
    expect(facts(other, 'model')).toMatchObject({ 'Runs on': 'the GPU (metal)', Threads: '2 to read, 1 to write' });
    expect(Object.keys(facts(other, 'memory'))).toEqual(['The model’s process', 'KV cache of all lanes', 'Model file, shared']);
  });

  it('shows the state of the engine and helpful actions without a session', async () => {
    const stopped = await page({ state: { kind: 'stopped' }, view: undefined });
    expect(stopped.engine).toEqual({ kind: 'stopped', label: 'The model is not loaded' });
    expect(stopped.actions.map(({ label }) => label)).toEqual(['Load the Model', 'Copy Report for an Issue']);
    expect(stopped.sections.map(({ id }) => id)).toEqual(['savings']);
    const failed = await page({ state: { kind: 'failed', generation: 1, error: { kind: 'noModel' } }, view: undefined });
    expect(failed.engine.problem?.actions.map(({ id }) => id)).toContain('restartEngine');
    expect(failed.actions.map(({ id }) => id)).toEqual(['copyReport']);
    const loading = await page({ state: { kind: 'loading', generation: 1, path: '/models/a.gguf', fraction: 0.4 }, view: undefined });
    expect(loading.engine).toMatchObject({ label: 'Loading a.gguf…', fraction: 0.4 });
  });
});

describe('the label of a lane', () => {
  it('is the title of its conversation, which is looked up again only when it was missing', async () => {
    const asked: string[] = [];
    const labels = new Labels((subject) => {
      asked.push(subject);
      return Promise.resolve(titles[subject]);
    });
    const contents = ['c-1', 'c-3', 'gone'].map((subject) => ({ role: 'chat' as const, subject }));
    await labels.learn(contents);
    await labels.learn(contents);
    expect(asked).toEqual(['c-1', 'c-3', 'gone', 'c-3', 'gone']);
    expect(contents.map((content) => labels.of(content).label)).toEqual([
      'Reverse a string',
      'A conversation without a title',
      'A conversation without a title',
    ]);
    labels.forget();
    await labels.learn([{ role: 'chat', subject: 'c-1' }]);
    expect(asked.at(-1)).toBe('c-1');
  });

  it('has a fallback when nothing is known', () => {
    const labels = new Labels(() => Promise.resolve(undefined));
    expect(labels.of({ role: 'chat' }).label).toBe('Another request');
    expect(labels.of({ role: 'completion' })).toEqual({ label: 'Another request', description: 'ghost text' });
    expect(labels.of({ role: 'completion', subject: 'a.ts' })).toEqual({ label: 'a.ts', description: 'ghost text' });
  });
});

describe('clearing the session', () => {
  it('asks with what it frees and costs', () => {
    expect(clearQuestion(sampleView)).toEqual({
      message: 'Clear what the session has read?',
      detail:
        'This empties 1 lane with 512 tokens, and deletes 2 parked lanes (681 MB). The model has to read again what it is asked about next: up to 13 sec for all of it.',
    });
    expect(clearQuestion({ ...sampleView, prefillTokensPerSecond: 0 }).detail).toMatch(/about next\.$/);
  });

  it('reports what it cleared and parked', () => {
    expect(sessionWords.cleared({ lanes: 2, tokens: 1500, parked: 1, bytes: 3e6 })).toBe(
      'Cleared: 2 lanes with 1,500 tokens, and 1 parked lane (3 MB).',
    );
    expect([0, 1, 2].map((lanes) => sessionWords.parked({ lanes }))).toEqual([
      'No lane holds enough to be worth parking.',
      'Parked: 1 lane can be taken up again after a restart.',
      'Parked: 2 lanes can be taken up again after a restart.',
    ]);
  });
});

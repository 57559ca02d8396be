import { describe, expect, it } from 'vitest';
import { BRIEF_SYSTEM_TEXT } from '../../../../src/prompt/chat/systemPrompt';
import { chatTokens, ghostTokens, Histories, replay, type ReplayChat, type ReplayStep } from '../../../bench/lib/replay';
import { readTrace, type Trace, type TraceEvent } from '../../../bench/lib/trace';

/** The steps of a replay, and the texts it ends with. */
function play(trace: Trace): { readonly steps: readonly ReplayStep[]; readonly texts: ReadonlyMap<string, string> } {
  const steps: ReplayStep[] = [];
  const run = replay(trace);
  for (;;) {
    const next = run.next();
    if (next.done === true) return { steps, texts: next.value };
    steps.push(next.value);
  }
}

/** A trace of one file that is opened first. */
function traceOf(text: string, events: readonly TraceEvent[]): Trace {
  return {
    files: [{ path: 'src/a.ts', language: 'typescript', text, after: text }],
    events: [{ at: 0, kind: 'switch', file: 'src/a.ts' }, ...events],
  };
}

const stepsOf = (text: string, events: readonly TraceEvent[]): readonly ReplayStep[] => play(traceOf(text, events)).steps.slice(2);
const isChat = (step: ReplayStep): step is ReplayStep & ReplayChat => step.kind === 'chat';
const answer = { text: 'So.', tokens: [1, 2], fingerprint: 'f' };

describe('replaying the recorded trace', () => {
  const trace = readTrace();
  const { steps, texts } = play(trace);

  it('ends with the files as they were meant to be', () => {
    for (const { path, text, after } of trace.files) {
      expect(after).not.toBe(text);
      expect(texts.get(path)).toBe(after);
    }
  });

  it('makes the same requests every time, in the order of their times', () => {
    expect(JSON.stringify(play(trace).steps)).toBe(JSON.stringify(steps));
    expect(steps.map(({ at }) => at)).toEqual(steps.map(({ at }) => at).sort((a, b) => a - b));
  });

  it('touches the place once for each key, deletion, jump and switch, and asks for ghost text at most of them', () => {
    const touching = trace.events.filter(({ kind }) => ['key', 'delete', 'jump', 'switch'].includes(kind));
    const ghosts = steps.filter(({ kind }) => kind === 'ghost');
    const skips = steps.filter(({ kind }) => kind === 'skip');
    expect(ghosts.length + skips.length).toBe(touching.length);
    expect(ghosts.length).toBeGreaterThanOrEqual(400);
    expect(skips.length).toBeGreaterThan(0);
  });

  it('sends an explanation with the file as it is by then', () => {
    const explanations = steps.filter(isChat).filter(({ user }) => user.selection !== undefined);
    expect(explanations).toHaveLength(5);
    for (const { user } of explanations) {
      expect(user.file?.text).toContain(user.selection?.text);
      expect(user.text).toContain(`Explain the selected ${user.file?.language ?? ''} code.`);
    }
    const last = explanations.at(-1)?.user;
    expect(last?.file?.text).toBe(trace.files.find(({ path }) => path === last?.file?.path)?.after);
    expect(last?.selection?.text).toContain('warmest = max(');
  });
});

describe('a replay', () => {
  it('puts the text before and after the cursor into a request', () => {
    const [jump, key, deletion] = stepsOf('const a = ;\nconst b = 2;\n', [
      { at: 1000, kind: 'jump', file: 'src/a.ts', offset: 10 },
      { at: 1200, kind: 'key', text: '1' },
      { at: 1400, kind: 'delete', count: 3 },
    ]);
    const place = { path: 'src/a.ts', language: 'typescript', suffix: ';\nconst b = 2;\n', multiline: false, maxTokens: ghostTokens };
    expect(jump).toEqual({ at: 1000, kind: 'ghost', params: { ...place, prefix: 'const a = ' } });
    expect(key).toEqual({ at: 1200, kind: 'ghost', params: { ...place, prefix: 'const a = 1' } });
    expect(deletion).toEqual({ at: 1400, kind: 'ghost', params: { ...place, prefix: 'const a ' } });
  });

  it('asks for a block on an empty line, and for nothing in front of a word', () => {
    const [empty, inside] = stepsOf('f();\n\ng();\n', [
      { at: 1000, kind: 'jump', file: 'src/a.ts', offset: 5 },
      { at: 2000, kind: 'jump', file: 'src/a.ts', offset: 6 },
    ]);
    expect(empty).toMatchObject({ kind: 'ghost', params: { multiline: true } });
    expect(inside).toEqual({ at: 2000, kind: 'skip', reason: 'wordAhead' });
  });

  it('sends of a long file what the host sends', () => {
    const text = 'const x = 1;\n'.repeat(5000);
    const [ghost] = stepsOf(text, [{ at: 1000, kind: 'jump', file: 'src/a.ts', offset: 52_012 }]);
    if (ghost?.kind !== 'ghost') throw new Error('no ghost text is asked for');
    expect(ghost.params.prefix.length).toBeLessThanOrEqual(32_000);
    expect(text.slice(0, 52_012).endsWith(ghost.params.prefix)).toBe(true);
    expect(ghost.params.suffix).toBe(text.slice(52_012, 56_012));
  });

  it('warms the place when a file is opened and after a second without a key', () => {
    const trace = traceOf('a\n', [
      { at: 1000, kind: 'pause', milliseconds: 1500 },
      { at: 3000, kind: 'pause', milliseconds: 500 },
    ]);
    const place = { kind: 'completion', path: 'src/a.ts', language: 'typescript', prefix: '', suffix: 'a\n' };
    expect(play(trace).steps).toEqual([
      { at: 0, kind: 'warm', params: place },
      { at: 0, kind: 'skip', reason: 'wordAhead' },
      { at: 2000, kind: 'warm', params: place },
    ]);
  });

  it('gives a question the turns before it', () => {
    const [open, first, second] = stepsOf('', [
      { at: 1000, kind: 'open', conversation: 'c' },
      { at: 2000, kind: 'ask', conversation: 'c', text: 'Why?' },
      { at: 3000, kind: 'ask', conversation: 'c', text: 'And how?' },
    ]);
    if (open?.kind !== 'open' || first?.kind !== 'chat' || second?.kind !== 'chat') throw new Error('other steps than were recorded');
    const histories = new Histories();
    expect(first.params(histories.of('c'))).toMatchObject({ system: BRIEF_SYSTEM_TEXT, history: [], user: { text: 'Why?' } });
    histories.add(first, answer);
    histories.add({ ...first, conversation: 'other' }, { ...answer, text: '' });
    const history = [{ user: { text: 'Why?' }, answer }];
    expect(second.params(histories.of('c'))).toMatchObject({ history, maxTokens: chatTokens, sampling: { temperature: 0 } });
    expect(open.params(histories.of('c'))).toEqual({ kind: 'chat', system: BRIEF_SYSTEM_TEXT, history });
    expect(histories.of('other')).toEqual([]);
  });

  it('refuses events that do not fit the text', () => {
    expect(() => stepsOf('ab', [{ at: 1, kind: 'delete', count: 1 }])).toThrow('1 characters to delete and 0 before the cursor');
    expect(() => stepsOf('ab', [{ at: 1, kind: 'jump', file: 'src/a.ts', offset: 3 }])).toThrow('a jump to 3');
    expect(() => stepsOf('ab', [{ at: 1, kind: 'switch', file: 'b.ts' }])).toThrow('the trace has no file b.ts');
    expect(() => stepsOf('ab', [{ at: 1, kind: 'explain', conversation: 'c', file: 'src/a.ts', startLine: 1, endLine: 2 }])).toThrow(
      'has no lines 1-2',
    );
    expect(() => play({ ...traceOf('', []), events: [{ at: 0, kind: 'key', text: 'a' }] })).toThrow('begins without a file');
  });
});

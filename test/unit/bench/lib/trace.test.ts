import { describe, expect, it } from 'vitest';
import { readTrace, type TraceEvent } from '../../../bench/lib/trace';
import { record } from '../../../bench/lib/traceRecord.mjs';

const trace = readTrace();

function ofKind<K extends TraceEvent['kind']>(kind: K): Extract<TraceEvent, { readonly kind: K }>[] {
  return trace.events.filter((event): event is Extract<TraceEvent, { readonly kind: K }> => event.kind === kind);
}

describe('the trace', () => {
  it('is of three files in three languages, of a hundred to three hundred lines', () => {
    expect(new Set(trace.files.map(({ language }) => language)).size).toBe(3);
    for (const { text } of trace.files) {
      const lines = text.trimEnd().split('\n').length;
      expect(lines).toBeGreaterThanOrEqual(100);
      expect(lines).toBeLessThanOrEqual(300);
      expect(text).not.toContain('\r');
    }
  });

  it('has the key presses, deletions, jumps and file switches of recorded editing', () => {
    expect(ofKind('key').length).toBeGreaterThanOrEqual(400);
    expect(ofKind('delete').length).toBeGreaterThanOrEqual(20);
    expect(ofKind('delete').some(({ count }) => count > 1)).toBe(true);
    expect(ofKind('jump').length).toBeGreaterThanOrEqual(10);
    expect(ofKind('switch').length).toBeGreaterThanOrEqual(4);
    expect(new Set(ofKind('switch').map(({ file }) => file)).size).toBe(3);
  });

  it('has ten questions in three conversations, some of them taken up again, and a follow-up to an explanation', () => {
    const explained = new Set(ofKind('explain').map(({ conversation }) => conversation));
    const asked = ofKind('ask').filter(({ conversation }) => !explained.has(conversation));
    expect(asked).toHaveLength(10);
    expect(new Set(asked.map(({ conversation }) => conversation)).size).toBe(3);
    expect(ofKind('ask')).toHaveLength(11);
    const takenUp = asked.filter(({ conversation }, index) => {
      const before = asked.slice(0, index).map((event) => event.conversation);
      return before.includes(conversation) && before.at(-1) !== conversation;
    });
    expect(takenUp.length).toBeGreaterThanOrEqual(3);
  });

  it('has five explanations in conversations of their own, two of one file', () => {
    const explained = ofKind('explain');
    expect(explained).toHaveLength(5);
    expect(new Set(explained.map(({ conversation }) => conversation)).size).toBe(5);
    const files = explained.map(({ file }) => file);
    expect(files.some((file, index) => files.indexOf(file) < index)).toBe(true);
  });

  it('asks only in the conversation that is open', () => {
    let open = '';
    for (const event of trace.events) {
      if (event.kind === 'open' || event.kind === 'explain') open = event.conversation;
      else if (event.kind === 'ask') expect(event.conversation).toBe(open);
    }
  });

  it('goes at the pace of a person', () => {
    for (const [index, { at }] of trace.events.entries()) {
      const before = trace.events[index - 1];
      if (!before) continue;
      expect(at - before.at).toBeGreaterThanOrEqual(before.kind === 'pause' ? before.milliseconds : 150);
      if (trace.events[index]?.kind === 'key' && before.kind === 'key') expect(at - before.at).toBeLessThanOrEqual(600);
    }
  });

  it('is what the recorder makes of its scenario', () => {
    expect(record(trace.files)).toEqual(trace);
  });
});

import { describe, expect, it } from 'vitest';
import type { HostMessage } from '../../../../src/contract/webview/chatMessages';
import { findActiveTurn, reduce, type LocalEvent, type Model } from '../../../../webview/chat/chatStore';
import { state, turn } from '../viewSamples';

function run(...events: (HostMessage | LocalEvent)[]): Model {
  let model: Model | undefined;
  for (const event of events) model = reduce(model, event);
  if (model === undefined) throw new Error('no state was sent');
  return model;
}

const streaming = turn('a', { answer: 'ab', state: { kind: 'streaming' } });

describe('the webview store', () => {
  it('knows nothing before the first state', () => {
    expect(reduce(undefined, { type: 'turn', turn: streaming })).toBeUndefined();
  });

  it('appends a delta that fits, and leaves other turns the same objects', () => {
    const first = turn('x');
    const model = run({ type: 'state', state: state({ turns: [first, streaming] }) }, { type: 'delta', turnId: 'a', at: 2, text: 'c' });
    expect(model.turns[1]?.answer).toBe('abc');
    expect(model.turns[1]?.state).toBe(streaming.state);
    expect(model.turns[0]).toBe(first);
    expect(model.outOfStep).toBe(false);
  });

  it.each([
    ['a gap', { type: 'delta', turnId: 'a', at: 3, text: 'c' }],
    ['a repetition', { type: 'delta', turnId: 'a', at: 1, text: 'b' }],
    ['an unknown turn', { type: 'delta', turnId: 'z', at: 0, text: 'c' }],
  ] as const)('is out of step after %s, and appends nothing until the next state', (_name, delta) => {
    const lost = run({ type: 'state', state: state({ turns: [streaming] }) }, delta);
    expect(lost.outOfStep).toBe(true);
    expect(reduce(lost, { type: 'delta', turnId: 'a', at: 2, text: 'c' })).toBe(lost);
    const found = reduce(lost, { type: 'state', state: state({ turns: [streaming] }) });
    expect(found?.outOfStep).toBe(false);
  });

  it('replaces a turn with the same id and appends a new one', () => {
    const model = run(
      { type: 'state', state: state({ turns: [streaming] }) },
      { type: 'turn', turn: turn('a', { answer: 'done' }) },
      { type: 'turn', turn: turn('b') },
    );
    expect(model.turns.map(({ id, answer }) => [id, answer])).toEqual([
      ['a', 'done'],
      ['b', ''],
    ]);
    expect(findActiveTurn(model)).toBeUndefined();
  });

  it('takes the draft of the host first, and then keeps what is typed', () => {
    expect(run({ type: 'state', state: state({ draft: 'kept' }) }).draft).toBe('kept');
    const typed = run(
      { type: 'state', state: state() },
      { type: 'draft', text: 'typed' },
      { type: 'state', state: state({ draft: 'old' }) },
    );
    expect(typed.draft).toBe('typed');
  });

  it('shows a question again that the host gave back, before what was typed since', () => {
    const sent = run({ type: 'state', state: state() }, { type: 'draft', text: 'asked' }, { type: 'sent' });
    expect(reduce(sent, { type: 'returned', text: 'asked' })?.draft).toBe('asked');
    const typed = reduce(sent, { type: 'draft', text: 'n' });
    expect(reduce(typed, { type: 'returned', text: 'asked' })?.draft).toBe('asked\nn');
  });
});

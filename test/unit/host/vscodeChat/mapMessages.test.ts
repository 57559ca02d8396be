import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapMessages, textOf, type RequestMessage } from '../../../../src/host/vscodeChat/mapMessages';

const asText = (text: string): { readonly text: string } => ({ text });
const user = (...texts: readonly string[]): RequestMessage => ({ role: 1, content: texts.map((value) => ({ value })) });
const assistant = (...texts: readonly string[]): RequestMessage => ({ role: 2, content: texts.map((value) => ({ value })) });
const system = (text: string): RequestMessage => ({ role: 3, content: [{ value: text }] });

const map = (...messages: readonly RequestMessage[]): ReturnType<typeof mapMessages> => mapMessages(messages, 'Be brief.', asText);

describe('mapMessages', () => {
  it('puts the system text before the question', () => {
    expect(map(user('Why?'))).toEqual({ kind: 'request', request: { system: 'Be brief.', history: [], user: { text: 'Why?' } } });
  });

  it('maps a conversation turn by turn', () => {
    expect(map(user('One?'), assistant('1'), user('Two?'), assistant('2'), user('Three?'))).toMatchObject({
      request: {
        history: [
          { user: { text: 'One?' }, answer: { text: '1' } },
          { user: { text: 'Two?' }, answer: { text: '2' } },
        ],
        user: { text: 'Three?' },
      },
    });
  });

  it('joins the parts of a message, and messages of one speaker in a row', () => {
    expect(map(user('You are ', 'a pirate.'), user('Hello'), assistant('Ahoy'), assistant('Matey'), user('Bye'))).toMatchObject({
      request: { history: [{ user: { text: 'You are a pirate.\n\nHello' }, answer: { text: 'Ahoy\n\nMatey' } }], user: { text: 'Bye' } },
    });
  });

  it('appends system messages to its own system text', () => {
    expect(map(system('Speak French.'), user('Hello'))).toMatchObject({
      request: { system: 'Be brief.\n\nSpeak French.', history: [], user: { text: 'Hello' } },
    });
    expect(mapMessages([system('Speak French.'), user('Hello')], '', asText)).toMatchObject({ request: { system: 'Speak French.' } });
  });

  it('maps an answer before the first question to an empty question', () => {
    expect(map(assistant('How can I help?'), user('Hello'))).toMatchObject({
      request: { history: [{ user: { text: '' }, answer: { text: 'How can I help?' } }], user: { text: 'Hello' } },
    });
  });

  it('adds remembered token ids to an answer', () => {
    const answerOf = (text: string) => ({ text, tokens: [1, 2], fingerprint: 'f' });
    expect(mapMessages([user('One?'), assistant('1'), user('Two?')], '', answerOf)).toMatchObject({
      request: { history: [{ answer: { text: '1', tokens: [1, 2], fingerprint: 'f' } }] },
    });
  });

  it('rejects images, also in tool results', () => {
    const image = { mimeType: 'image/png', data: new Uint8Array([1]) };
    expect(map({ role: 1, content: [{ value: 'What is this?' }, image] })).toEqual({ kind: 'refused', problem: 'image' });
    expect(map({ role: 1, content: [{ callId: '1', content: [image] }] }, user('What is this?'))).toEqual({
      kind: 'refused',
      problem: 'image',
    });
  });

  it('rejects messages without a question', () => {
    expect(map()).toEqual({ kind: 'refused', problem: 'noQuestion' });
    expect(map(user(' \n'))).toEqual({ kind: 'refused', problem: 'noQuestion' });
    expect(map(system('Speak French.'))).toEqual({ kind: 'refused', problem: 'noQuestion' });
    expect(map(user('Hello'), assistant('Hi'))).toEqual({ kind: 'refused', problem: 'answerLast' });
  });

  it('skips empty messages, such as tool calls of another model', () => {
    const call: RequestMessage = { role: 2, content: [{ callId: '1', name: 'search', input: { query: 'x' } }] };
    const found: RequestMessage = { role: 1, content: [{ callId: '1', content: [{ value: 'Nothing.' }] }] };
    expect(map(user('Look it up.'), call, found)).toMatchObject({ request: { history: [], user: { text: 'Look it up.\n\nNothing.' } } });
  });

  it('keeps every word once and in order, and ends with the last question', () => {
    const messages = fc.array(fc.record({ role: fc.constantFrom(1, 2), content: fc.constantFrom('a', 'b', ' ', '') }), { maxLength: 12 });
    fc.assert(
      fc.property(messages, (said) => {
        const numbered = said.map(({ role, content }, index) => ({
          role,
          content: content.trim() === '' ? content : `${content}${index}`,
        }));
        const mapping = mapMessages(numbered, '', asText);
        if (mapping.kind === 'refused') return;
        const { history, user: last } = mapping.request;
        const out = [...history.flatMap((turn) => [turn.user.text, turn.answer.text]), last.text]
          .filter((text) => text !== '')
          .join('\n\n');
        expect(out).toBe(
          numbered
            .map(({ content }) => content)
            .filter((text) => text.trim() !== '')
            .join('\n\n'),
        );
      }),
    );
  });
});

describe('textOf', () => {
  it('returns the text of VS Code’s parts and of plain data', () => {
    expect(textOf('plain')).toBe('plain');
    expect(
      textOf([
        { type: 'text', value: 'a' },
        { value: 'b', audience: undefined },
      ]),
    ).toBe('ab');
    expect(textOf([{ mimeType: 'text/plain', data: new TextEncoder().encode('notes') }])).toBe('notes');
  });

  it.each([
    ['a thought', { value: 'hm', id: undefined, metadata: undefined }],
    ['a mark for a cache', { mimeType: 'cache_control', data: new TextEncoder().encode('ephemeral') }],
    ['a part of prompt-tsx', { value: { node: {} } }],
    ['nothing', null],
    ['a number', 7],
  ])('skips %s', (_, part) => {
    expect(textOf([part, { value: 'text' }])).toBe('text');
  });
});

// @vitest-environment jsdom
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ViewState } from '../../../src/contract/webview/chatMessages';
import { AnswerBody } from '../../../webview/chat/answer/answerBody';
import { sanitize } from '../../../webview/chat/answer/sanitize';
import { payloads, places, published } from '../../fixtures/payloads';
import { strangers } from '../../fixtures/foreignElements';
import { stubLayout, ViewPage } from './chatPageFixture';
import { FakeTransport, fakeContext, turn } from './viewSamples';

// Some thousand documents, in jsdom: a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

beforeEach(stubLayout);

function answered(): AnswerBody {
  const body = new AnswerBody(fakeContext({ post: new FakeTransport().post }));
  document.body.replaceChildren(body.element);
  return body;
}

/** The whole view with `changes`, as the page shows it. */
function shown(changes: Partial<ViewState>): HTMLElement {
  return new ViewPage(changes).root;
}

describe('the corpus', () => {
  it('has at least 200 published payloads', () => {
    expect(published.length).toBeGreaterThanOrEqual(200);
  });

  it('does not pass by finding nothing: the check sees what is hostile', () => {
    document.body.innerHTML =
      '<div class="answer-body"><img src="x"><a href="javascript:x" onclick="y">z</a><p class="banner" id="app"></p></div>';
    expect(strangers(document)).toEqual(
      expect.arrayContaining(['<IMG>', 'href javascript:x', 'onclick="y"', 'class banner', 'id="app"', 'src', 'onclick']),
    );
  });
});

describe.each(Object.entries(places))('a payload %s', (_name, place) => {
  it('is only text', () => {
    for (const payload of payloads) {
      const body = answered();
      body.update(place(payload), false);
      expect(strangers(document), payload).toEqual([]);
    }
  });
});

describe('a payload', () => {
  it('does nothing when it comes in pieces, at any moment', () => {
    const hostile = fc
      .tuple(fc.constantFrom(...payloads), fc.constantFrom(...Object.values(places)))
      .map(([payload, place]) => place(payload));
    const cuts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(hostile, cuts, (text, lengths) => {
        const body = answered();
        let at = 0;
        for (let piece = 0; at < text.length && piece < 60; piece++) {
          at += lengths[piece % lengths.length] ?? 1;
          body.update(text.slice(0, at), true);
          expect(strangers(document)).toEqual([]);
        }
        body.update(text, false);
        expect(strangers(document)).toEqual([]);
      }),
      { numRuns: 80, seed: 5 },
    );
  });

  it('is harmless where the Markdown parser lets it through', () => {
    for (const payload of payloads) {
      const body = document.createElement('div');
      body.className = 'answer-body';
      body.append(sanitize(payload));
      document.body.replaceChildren(body);
      // The sanitiser knows headings that the parser never makes.
      expect(
        strangers(document).filter((each) => !/^<H[123]>$/.test(each)),
        payload,
      ).toEqual([]);
    }
  });

  it.each<[string, (payload: string) => Partial<ViewState>]>([
    ['in a question', (payload) => ({ turns: [turn('a', { question: payload })] })],
    ['as the name of a file', (payload) => ({ turns: [turn('a', { attachments: [{ kind: 'file', label: payload, opens: true }] })] })],
    ['as a title', (payload) => ({ title: payload, turns: [turn('a')] })],
    ['in a note', (payload) => ({ turns: [turn('a', { notes: [payload] })] })],
    [
      'in an error',
      (payload) => ({ turns: [turn('a', { state: { kind: 'failed', message: payload, actions: [{ id: payload, label: payload }] } })] }),
    ],
    ['as the name of the model', (payload) => ({ engine: { kind: 'failed', label: payload, problem: { message: payload, actions: [] } } })],
    ['as a draft', (payload) => ({ draft: payload })],
  ])('is text %s', (_name, changes) => {
    for (const payload of payloads) expect(strangers(shown(changes(payload))), payload).toEqual([]);
  });
});

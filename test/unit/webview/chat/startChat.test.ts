// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { stubLayout, ViewPage } from '../chatPageFixture';
import { state, turn } from '../viewSamples';

beforeEach(() => {
  stubLayout();
  Object.defineProperty(HTMLElement.prototype, 'innerText', {
    configurable: true,
    get(this: HTMLElement) {
      return this.textContent;
    },
  });
});

const streaming = turn('a', { answer: 'He', state: { kind: 'streaming' } });

describe('the chat view', () => {
  it('asks for the state when it starts, and once more after a gap', () => {
    const page = new ViewPage({ turns: [streaming] });
    expect(page.transport.of('ready')).toHaveLength(1);
    page.transport.send({ type: 'delta', turnId: 'a', at: 7, text: 'x' });
    page.transport.send({ type: 'delta', turnId: 'a', at: 8, text: 'y' });
    expect(page.transport.of('ready')).toHaveLength(2);
  });

  it('paints the deltas of one frame once', () => {
    const page = new ViewPage({ turns: [streaming] });
    const before = page.frames;
    page.transport.send({ type: 'delta', turnId: 'a', at: 2, text: 'llo' });
    page.transport.send({ type: 'delta', turnId: 'a', at: 5, text: ' you' });
    page.frame();
    expect(page.frames - before).toBe(1);
    expect(page.find('.answer-body').textContent.trim()).toBe('Hello you');
  });

  it('sends with Enter and empties the input at once', () => {
    const page = new ViewPage({});
    page.type('What?');
    page.key('Enter');
    expect(page.transport.of('send')).toEqual([{ type: 'send', text: 'What?' }]);
    expect(page.input.value).toBe('');
    page.type('n');
    page.frame();
    expect(page.input.value).toBe('n');
  });

  it('puts a question that came back before what was typed since, at once, and tells the host', () => {
    const page = new ViewPage({});
    page.type('What?');
    page.key('Enter');
    page.type('n');
    page.transport.send({ type: 'returned', text: 'What?' });
    expect(page.input.value).toBe('What?\nn');
    page.type(`${page.input.value}e`);
    page.frame();
    expect(page.input.value).toBe('What?\nne');
    expect(page.transport.of('draft').map(({ text }) => text)).toEqual(['What?', 'n', 'What?\nn', 'What?\nne']);
  });

  it('does not take the keyboard from a picker that was opened while the page was loading', () => {
    const page = new ViewPage({});
    const hasFocus = vi.spyOn(document, 'hasFocus').mockReturnValue(false);
    const focus = vi.spyOn(page.input, 'focus');
    page.transport.send({ type: 'focusInput' });
    page.frame();
    expect(focus).not.toHaveBeenCalled();
    // The picker is closed, and VS Code gives the focus to the page.
    hasFocus.mockReturnValue(true);
    window.dispatchEvent(new Event('focus'));
    expect(focus).toHaveBeenCalledTimes(1);
    window.dispatchEvent(new Event('focus'));
    expect(focus).toHaveBeenCalledTimes(1);
    page.transport.send({ type: 'focusInput' });
    page.frame();
    expect(focus).toHaveBeenCalledTimes(2);
    hasFocus.mockRestore();
  });

  it.each(['pointerdown', 'keydown'])('leaves the focus where a %s in the page puts it', (type) => {
    const page = new ViewPage({});
    const hasFocus = vi.spyOn(document, 'hasFocus').mockReturnValue(false);
    const focus = vi.spyOn(page.input, 'focus');
    page.transport.send({ type: 'focusInput' });
    page.frame();
    document.dispatchEvent(new Event(type));
    window.dispatchEvent(new Event('focus'));
    expect(focus).not.toHaveBeenCalled();
    hasFocus.mockRestore();
  });

  it('leaves Shift+Enter and the Enter of an input method alone', () => {
    const page = new ViewPage({});
    page.type('你好');
    page.key('Enter', { shiftKey: true });
    page.key('Enter', { isComposing: true });
    page.input.dispatchEvent(new CompositionEvent('compositionend'));
    page.key('Enter');
    expect(page.transport.of('send')).toEqual([]);
    expect(page.input.value).toBe('你好');
  });

  it('keeps what is typed during an answer', () => {
    const page = new ViewPage({ turns: [streaming] });
    page.type('next');
    page.key('Enter');
    page.frame();
    expect(page.transport.of('send')).toEqual([]);
    expect(page.transport.of('draft').at(-1)).toEqual({ type: 'draft', text: 'next' });
    expect(page.input.value).toBe('next');
  });

  it('stops by button and by Escape, only while there is something to stop', () => {
    const page = new ViewPage({ turns: [streaming] });
    expect(page.find('.send').getAttribute('aria-label')).toBe('Stop');
    page.find('.send').click();
    page.key('Escape');
    expect(page.transport.of('stop')).toHaveLength(2);
    page.transport.send({ type: 'turn', turn: turn('a', { answer: 'He', state: { kind: 'stopped' } }) });
    page.frame();
    page.key('Escape');
    expect(page.transport.of('stop')).toHaveLength(2);
    expect(page.find('.send').hasAttribute('disabled')).toBe(true);
  });

  it('announces an answer when it has ended, and not before', () => {
    const page = new ViewPage({ turns: [streaming] });
    const announcer = page.find('[aria-live="polite"]');
    page.transport.send({ type: 'delta', turnId: 'a', at: 2, text: 'llo' });
    page.frame();
    expect(announcer.textContent).toBe('');
    page.transport.send({ type: 'turn', turn: turn('a', { answer: 'Hello' }) });
    page.frame();
    expect(announcer.textContent).toContain('Hello');
  });

  it('offers what helps after a failure, with the turn it is about', () => {
    const failed = turn('a', {
      answer: 'kept',
      state: { kind: 'failed', message: 'It broke.', actions: [{ id: 'retry', label: 'Try Again' }] },
    });
    const page = new ViewPage({ turns: [failed] });
    expect(page.find('.answer-body').textContent.trim()).toBe('kept');
    expect(page.find('.problem').textContent).toContain('It broke.');
    page.find('.problem vscode-button').click();
    expect(page.transport.of('action')).toEqual([{ type: 'action', id: 'retry', turnId: 'a' }]);
  });

  it('leaves links to the host and keeps them from VS Code’s own handler', () => {
    const page = new ViewPage({ turns: [turn('a', { answer: '[x](https://x.test/a)' })] });
    const outside = vi.fn();
    document.addEventListener('click', outside);
    const click = new MouseEvent('click', { bubbles: true, cancelable: true });
    page.find('.answer-body a').dispatchEvent(click);
    document.removeEventListener('click', outside);
    expect(page.transport.of('openLink')).toEqual([{ type: 'openLink', href: 'https://x.test/a' }]);
    expect(click.defaultPrevented).toBe(true);
    expect(outside).not.toHaveBeenCalled();
  });

  it('shows questions, labels and file names as text', () => {
    const evil = '<img src=x onerror=alert(1)>';
    const page = new ViewPage({
      title: evil,
      turns: [turn('a', { question: evil, attachments: [{ kind: 'file', label: evil, opens: true }], notes: [evil] })],
      engine: { kind: 'failed', label: evil, problem: { message: evil, actions: [{ id: 'x', label: evil }] } },
    });
    expect(page.root.querySelector('img')).toBeNull();
    expect(page.find('.question-text').textContent).toBe(evil);
  });

  it('forgets the turns of another conversation', () => {
    const page = new ViewPage({ turns: [turn('a')] });
    page.transport.send({ type: 'state', state: state({ conversationId: 'c2', turns: [turn('b')] }) });
    page.frame();
    expect(Array.from(page.root.querySelectorAll('.question-text'), (element) => element.textContent)).toEqual(['question b']);
  });
});

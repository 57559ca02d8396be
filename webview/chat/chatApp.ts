import * as l10n from '@vscode/l10n';
import type { TurnView, WebviewMessage } from '../../src/contract/webview/chatMessages';
import { Composer, type ComposerEvents } from './composer/composer';
import { ComposerContext } from './composer/composerContext';
import type { Context } from './chatContext';
import { element, icon } from '../shared/dom';
import { Banner, Footer } from '../shared/engineBanner';
import { rememberToolFocus } from './turns/toolFocus';
import { TurnList } from './turns/turnList';
import { findActiveTurn, isActive, type LocalEvent, type Model } from './chatStore';

export interface AppEvents {
  readonly post: (message: WebviewMessage) => void;
  readonly dispatch: (event: LocalEvent) => void;
  /** Returns the current model, which may be newer than the painted one. */
  readonly current: () => Model | undefined;
}

/** The chat's page. Built from the first model, then updated with each later one. */
export class App {
  private readonly title = element('h1', { class: 'visually-hidden' });
  private readonly empty = element('div', { class: 'empty-frame' }, [createIntroduction()]);
  private readonly announcer = element('div', { class: 'visually-hidden', attributes: { 'aria-live': 'polite' } });
  private readonly banner: Banner;
  private readonly list: TurnList;
  private readonly composer: Composer;
  private readonly composerContext: ComposerContext;
  private readonly footer: Footer;
  /** Ends the wait for the page's focus. See {@link focusInput}. */
  private stopWaiting: (() => void) | undefined;

  constructor(
    root: HTMLElement,
    private model: Model,
    events: AppEvents,
  ) {
    const context: Context = {
      post: (message) => {
        events.post(message);
      },
      isAnswering: () => findActiveTurn(this.model) !== undefined,
      edit: (turnId, text) => {
        const edit = { type: 'edit', turnId, ...(text === undefined ? {} : { text }) } as const;
        events.dispatch(edit);
        // Sent at every key, as the draft is.
        events.post(edit);
      },
    };
    this.banner = new Banner((id) => {
      events.post({ type: 'action', id });
    });
    this.list = new TurnList(context);
    this.footer = new Footer(() => l10n.t('Loading the model'));
    this.composer = new Composer({
      ...createComposerEvents(events),
      onKey: (event) => this.composerContext.onKey(event),
    });
    this.composerContext = new ComposerContext(context, this.composer, events);
    this.composerContext.acceptDrops(root);
    const { title, banner, empty, list, composer, composerContext, footer, announcer } = this;
    root.replaceChildren(
      ...[title, banner.element, empty, list.element, composer.element, composerContext.gauge, footer.element, announcer],
    );
    root.addEventListener('click', (event) => {
      openLink(event, events);
    });
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && !event.isComposing && findActiveTurn(this.model) !== undefined) events.post({ type: 'stop' });
    });
    this.show(undefined);
  }

  /** Called at most once a frame. */
  update(model: Model): void {
    const before = this.model;
    this.model = model;
    this.show(before);
  }

  /**
   * Focuses the input, as soon as the page has VS Code's focus. Focusing an element earlier would take the keyboard from wherever it is,
   * and would close a picker that was opened while the page was loading. A key or a click in the page ends the wait.
   */
  focusInput(): void {
    this.stopWaiting?.();
    if (document.hasFocus()) {
      this.composer.focus();
      return;
    }
    const stop = new AbortController();
    this.stopWaiting = () => {
      stop.abort();
      this.stopWaiting = undefined;
    };
    const { signal } = stop;
    window.addEventListener(
      'focus',
      () => {
        this.stopWaiting?.();
        this.composer.focus();
      },
      { signal },
    );
    for (const type of ['pointerdown', 'keydown']) document.addEventListener(type, () => this.stopWaiting?.(), { signal, capture: true });
  }

  private show(before: Model | undefined): void {
    const { model } = this;
    const isEmpty = model.turns.length === 0;
    if (model.conversationId !== before?.conversationId) this.list.clear();
    if (model.title !== before?.title) this.title.textContent = model.title;
    this.empty.hidden = !isEmpty;
    this.list.element.hidden = isEmpty;
    if (model.turns !== before?.turns) this.showTurns(before?.turns ?? []);
    if (model.engine !== before?.engine) {
      this.banner.update(model.engine);
      this.footer.update(model.engine);
    }
    this.composer.update(model.draft, findActiveTurn(model) !== undefined);
    this.composerContext.update(model);
    if (before !== undefined) this.announce(before);
  }

  private showTurns(before: readonly TurnView[]): void {
    const { list, model } = this;
    const focus = rememberToolFocus(list.element, before);
    list.element.toggleAttribute('data-answering', findActiveTurn(model) !== undefined);
    list.update(model.turns);
    if (focus !== undefined && !focus.restore(model.turns)) this.composer.focus();
  }

  private announce(before: Model): void {
    const wasActive = findActiveTurn(before);
    const now = this.model.turns.find(({ id }) => id === wasActive?.id);
    if (now === undefined || isActive(now)) return;
    this.announcer.textContent = this.describeAnswer(now);
  }

  private describeAnswer(turn: TurnView): string {
    const answered = l10n.t('Paddock answered: {0}', this.list.answerText(turn.id));
    return turn.state.kind === 'failed' ? `${answered} ${turn.state.message}` : answered;
  }
}

/** Shown until the first question is asked. */
function createIntroduction(): HTMLElement {
  const hint = (iconName: string, text: string): HTMLElement => element('li', {}, [icon(iconName), element('span', { text })]);
  return element('div', { class: 'empty' }, [
    icon('comment-discussion'),
    element('h2', { text: l10n.t('Ask Paddock') }),
    element('p', { text: l10n.t('A Llama model answers: on this machine, and what you ask stays here, unless you set up a server.') }),
    element('ul', {}, [
      hint('list-selection', l10n.t('Select code and choose “Explain Selection” from its context menu.')),
      hint('edit', l10n.t('Pause while typing and a suggestion appears at the cursor; Tab accepts it.')),
    ]),
  ]);
}

function createComposerEvents(events: AppEvents): Omit<ComposerEvents, 'onKey'> {
  return {
    // Sent at every key: the host keeps the draft, as VS Code may destroy this page at any time.
    onDraft: (text) => {
      events.dispatch({ type: 'draft', text });
      events.post({ type: 'draft', text });
    },
    onSend: (text) => {
      events.dispatch({ type: 'sent' });
      events.post({ type: 'send', text });
    },
    onStop: () => {
      events.post({ type: 'stop' });
    },
    onCaret: (at) => {
      events.dispatch({ type: 'caret', at });
    },
  };
}

/** Has the host open a link, which asks the user first. VS Code's own handler must not see the click, or it would open the link again. */
function openLink(event: MouseEvent, events: AppEvents): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null) return;
  event.preventDefault();
  event.stopPropagation();
  const href = link.getAttribute('href');
  if (href !== null) events.post({ type: 'openLink', href });
}

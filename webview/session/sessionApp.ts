import type { SectionView, SessionPage } from '../../src/contract/webview/sessionMessages';
import type { ActionView } from '../../src/contract/webview/chatMessages';
import { createActionButtons } from '../shared/actionButtons';
import { element } from '../shared/dom';
import { Banner, Footer } from '../shared/engineBanner';
import { hasFocusWithin } from '../shared/pageFocus';
import { KeyedList, setText } from '../shared/keyedList';
import { findButtons } from '../shared/widgets';
import { SectionElement } from './sectionElement';
import type { SessionModel } from './sessionReducer';

/** The session page. Parts that stay are changed in place, so that a screen reader keeps its position when a number changes. */
export class SessionApp {
  private readonly title = element('h1', { class: 'visually-hidden' });
  private readonly sections = element('div', { class: 'sections' });
  private readonly list = new KeyedList<SectionView, SectionElement>(
    this.sections,
    ({ kind, id }) => `${kind} ${id}`,
    (section) => new SectionElement(section),
  );
  private readonly buttons = element('div', { class: 'session-actions', attributes: { role: 'group' } });
  private readonly notice = element('p', { class: 'session-notice', attributes: { role: 'status' } });
  private readonly banner: Banner;
  private readonly footer: Footer;
  private page: SessionPage | undefined;

  constructor(
    root: HTMLElement,
    private readonly onAction: (id: string) => void,
  ) {
    this.banner = new Banner(onAction);
    this.footer = new Footer(() => this.page?.loadingProgress ?? '');
    root.classList.add('session');
    root.replaceChildren(this.title, this.footer.element, this.banner.element, this.sections, this.buttons, this.notice);
  }

  /** Called at most once a frame. */
  update({ page, notice }: SessionModel): void {
    const before = this.page;
    this.page = page;
    setText(this.title, page.title);
    if (!isSame(page.engine, before?.engine)) {
      this.footer.update(page.engine);
      this.banner.update(page.engine);
    }
    this.list.update(page.sections);
    // While there is no session, the first button starts it and is the primary one.
    if (!isSame(page.actions, before?.actions)) this.showActions(page.actions, page.engine.kind !== 'stopped');
    this.buttons.setAttribute('aria-label', page.actionsTitle);
    setText(this.notice, notice);
  }

  /** Replaces the buttons. The focus stays on the button with the same text, if there still is one. */
  private showActions(actions: readonly ActionView[], equal: boolean): void {
    const focused = hasFocusWithin(this.buttons) ? document.activeElement?.textContent : undefined;
    this.buttons.replaceChildren(...createActionButtons(actions, this.onAction, { equal }));
    for (const button of findButtons(this.buttons)) if (button.textContent === focused) button.focus();
  }
}

/** Compares two parts of a page, which are plain data. */
function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

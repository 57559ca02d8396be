import * as l10n from '@vscode/l10n';
import type { Choice, Completion } from './mentionCompletion';
import { formatNumber } from '../../shared/format';
import { attachmentIcons } from './attachmentChips';
import { element, icon } from '../../shared/dom';

/** The list of completions above the input. The focus stays in the input. */
export class CompletionList {
  readonly element: HTMLElement;
  /** Holds the options. The input refers to it. */
  readonly list = element('div', { class: 'completion-list', attributes: { role: 'listbox', tabindex: '-1' } });
  private readonly status = element('div', { class: 'completion-status', attributes: { role: 'status' } });
  private shown: readonly Choice[] = [];

  constructor(private readonly onTake: (choice: Choice) => void) {
    this.element = element('div', { class: 'completion' }, [this.list, this.status]);
    this.element.hidden = true;
    // A press on the list must not take the focus from the input, as that would close the list.
    this.element.addEventListener('mousedown', (event) => {
      event.preventDefault();
    });
  }

  /** The option that Enter takes. */
  get activeOption(): Element | null {
    return this.element.hidden ? null : this.list.querySelector('[aria-selected="true"]');
  }

  update(completion: Completion | undefined): void {
    // Hidden until the host has answered: an empty box would flash up with each first key.
    this.element.hidden = completion === undefined || (!completion.known && completion.choices.length === 0);
    if (completion === undefined) return;
    this.list.setAttribute('aria-label', completion.kind === 'command' ? l10n.t('Commands') : l10n.t('Things to attach'));
    if (completion.choices !== this.shown) {
      this.shown = completion.choices;
      this.list.replaceChildren(...completion.choices.map((choice) => this.createOption(choice)));
    }
    const { length } = completion.choices;
    this.list.hidden = length === 0;
    const isEmpty = completion.known && length === 0;
    this.status.classList.toggle('visually-hidden', !isEmpty);
    const text = isEmpty ? l10n.t('Nothing found') : l10n.t('{0} suggestions', formatNumber(length));
    if (completion.known && this.status.textContent !== text) this.status.textContent = text;
    for (const [index, option] of Array.from(this.list.children).entries()) {
      const isActive = index === completion.active;
      option.setAttribute('aria-selected', String(isActive));
      if (isActive) option.scrollIntoView({ block: 'nearest' });
    }
  }

  private createOption(choice: Choice): HTMLElement {
    const iconName = choice.icon === 'command' ? 'chevron-right' : attachmentIcons[choice.icon];
    const option = element('div', { class: 'completion-option', attributes: { role: 'option', 'aria-selected': 'false' } }, [
      icon(iconName),
      element('span', { class: 'completion-label', text: choice.label, attributes: { dir: 'auto' } }),
      element('span', { class: 'completion-detail', text: choice.detail, attributes: { dir: 'auto' } }),
    ]);
    option.addEventListener('click', () => {
      this.onTake(choice);
    });
    return option;
  }
}

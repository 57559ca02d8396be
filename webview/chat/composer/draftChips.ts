import * as l10n from '@vscode/l10n';
import type { DraftAttachmentView } from '../../../src/contract/webview/chatMessages';
import { formatNumber } from '../../shared/format';
import { createChipLabel } from './attachmentChips';
import type { Context } from '../chatContext';
import { element, icon } from '../../shared/dom';
import { hasFocusWithin } from '../../shared/pageFocus';

/** Chips of the draft's attachments, above the input. */
export class DraftChips {
  readonly element: HTMLElement;
  private readonly list = element('ul', { class: 'attachments' });
  /** Screen readers announce why something cannot be attached. */
  private readonly problems = element('div', { class: 'attachment-problems', attributes: { role: 'status' } });
  private readonly chips = new Map<string, Chip>();
  private shown: readonly DraftAttachmentView[] = [];

  /** @param onLeave called when the chip with the focus was removed and no other is left */
  constructor(
    private readonly context: Context,
    private readonly onLeave: () => void,
  ) {
    this.element = element('div', { class: 'draft-attachments' }, [this.list, this.problems]);
  }

  /** A chip that was there before stays, with the focus it may have. */
  update(attachments: readonly DraftAttachmentView[]): void {
    if (attachments === this.shown) return;
    this.list.setAttribute('aria-label', l10n.t('Attached'));
    const focused = this.shown.findIndex(({ id }) => this.chips.get(id)?.hasFocus === true);
    for (const { id } of this.shown) if (!attachments.some((each) => each.id === id)) this.removeChip(id);
    for (const each of attachments) this.getChip(each.id).update(each);
    this.shown = attachments;
    this.list.hidden = attachments.length === 0;
    this.problems.replaceChildren(...attachments.flatMap(({ problem }) => (problem === undefined ? [] : [createProblemLine(problem)])));
    // Focuses the chip that took the place of the removed one.
    if (focused >= 0 && !this.list.contains(document.activeElement)) this.focus(focused);
  }

  private focus(index: number): void {
    const next = this.shown[Math.min(index, this.shown.length - 1)];
    if (next === undefined) this.onLeave();
    else this.chips.get(next.id)?.focus();
  }

  private getChip(id: string): Chip {
    const known = this.chips.get(id);
    if (known !== undefined) return known;
    const made = new Chip(id, this.context);
    this.chips.set(id, made);
    this.list.append(made.element);
    return made;
  }

  private removeChip(id: string): void {
    this.chips.get(id)?.element.remove();
    this.chips.delete(id);
  }
}

class Chip {
  readonly element = element('li', { class: 'attachment' });
  private removal: HTMLElement | undefined;
  private shown: DraftAttachmentView | undefined;

  constructor(
    private readonly id: string,
    private readonly context: Context,
  ) {
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Delete' && event.key !== 'Backspace') return;
      event.preventDefault();
      this.remove();
    });
  }

  get hasFocus(): boolean {
    return hasFocusWithin(this.element);
  }

  focus(): void {
    this.removal?.focus();
  }

  update(view: DraftAttachmentView): void {
    if (view === this.shown) return;
    // With the same label only the count and the problem change. The buttons stay, with the focus they may have.
    if (view.label !== this.shown?.label) this.element.replaceChildren(...this.createParts(view));
    this.shown = view;
    this.element.classList.toggle('has-problem', view.problem !== undefined);
    this.element.title = view.problem ?? '';
    const count = this.element.querySelector('.attachment-tokens');
    if (count !== null) count.textContent = formatTokens(view);
  }

  private createParts(view: DraftAttachmentView): readonly HTMLElement[] {
    const label = createChipLabel(view, () => {
      this.context.post({ type: 'openAttachment', attachment: this.id });
    });
    const name = l10n.t('Remove {0}', view.label);
    const attributes = { type: 'button', title: name, 'aria-label': name };
    this.removal = element('button', { class: 'attachment-remove', attributes }, [icon('close')]);
    this.removal.addEventListener('click', () => {
      this.remove();
    });
    return [label, element('span', { class: 'attachment-tokens' }), this.removal];
  }

  private remove(): void {
    this.context.post({ type: 'detach', attachment: this.id });
  }
}

function formatTokens({ tokens, isEstimate }: DraftAttachmentView): string {
  if (tokens === undefined) return '';
  const count = formatNumber(tokens);
  return isEstimate === true ? l10n.t('about {0} tokens', count) : l10n.t('{0} tokens', count);
}

function createProblemLine(text: string): HTMLElement {
  return element('div', { class: 'attachment-problem' }, [icon('error'), element('span', { text })]);
}

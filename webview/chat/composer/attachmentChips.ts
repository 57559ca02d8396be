import type { AttachmentView, TurnView } from '../../../src/contract/webview/chatMessages';
import { fill } from '../../shared/format';
import type { Context } from '../chatContext';
import { element, icon } from '../../shared/dom';

/** Codicons by kind; those of suggestions as well. */
export const attachmentIcons: Readonly<Record<AttachmentView['kind'], string>> = {
  file: 'file-code',
  selection: 'list-selection',
  symbol: 'symbol-method',
  problems: 'warning',
  terminal: 'terminal',
  changes: 'diff',
};

/** What was attached to a question that was sent; nothing where nothing was. */
export function sentAttachments(turn: TurnView, context: Context): readonly HTMLElement[] {
  if (turn.attachments.length === 0) return [];
  const chips = turn.attachments.map((attachment, index) => {
    const label = chipLabel(attachment, context, () => {
      context.post({ type: 'openSource', turnId: turn.id, index });
    });
    return element('li', { class: 'attachment' }, [label]);
  });
  return [element('ul', { class: 'attachments', attributes: { 'aria-label': context.strings().attachments } }, chips)];
}

/** Icon and name; a button where it is a place that can be opened. */
export function chipLabel({ kind, label, opens }: AttachmentView, context: Context, onOpen: () => void): HTMLElement {
  const parts = [icon(attachmentIcons[kind]), element('span', { class: 'attachment-name', text: label, attributes: { dir: 'ltr' } })];
  if (!opens) return element('span', { class: 'attachment-label', attributes: { title: label } }, parts);
  const name = fill(context.strings().openAttachment, label);
  const button = element('button', { class: 'attachment-label', attributes: { type: 'button', title: label, 'aria-label': name } }, parts);
  button.addEventListener('click', onOpen);
  return button;
}

import * as l10n from '@vscode/l10n';
import type { AttachmentView, TurnView } from '../../../src/contract/webview/chatMessages';
import type { Context } from '../chatContext';
import { element, icon } from '../../shared/dom';

/** Codicons of attachments and suggestions, by kind. */
export const attachmentIcons: Readonly<Record<AttachmentView['kind'], string>> = {
  file: 'file-code',
  selection: 'list-selection',
  symbol: 'symbol-method',
  problems: 'warning',
  terminal: 'terminal',
  changes: 'diff',
};

/** Creates the list of attachments of a sent question, if it has any. */
export function createSentAttachments(turn: TurnView, context: Context): readonly HTMLElement[] {
  if (turn.attachments.length === 0) return [];
  const chips = turn.attachments.map((attachment, index) => {
    const label = createChipLabel(attachment, () => {
      context.post({ type: 'openSource', turnId: turn.id, index });
    });
    return element('li', { class: 'attachment' }, [label]);
  });
  return [element('ul', { class: 'attachments', attributes: { 'aria-label': l10n.t('Attached') } }, chips)];
}

/** Creates a chip's icon and name. They are a button if the attachment can be opened. */
export function createChipLabel({ kind, label, opens }: AttachmentView, onOpen: () => void): HTMLElement {
  const parts = [icon(attachmentIcons[kind]), element('span', { class: 'attachment-name', text: label, attributes: { dir: 'ltr' } })];
  if (!opens) return element('span', { class: 'attachment-label', attributes: { title: label } }, parts);
  const name = l10n.t('Open {0}', label);
  const button = element('button', { class: 'attachment-label', attributes: { type: 'button', title: label, 'aria-label': name } }, parts);
  button.addEventListener('click', onOpen);
  return button;
}

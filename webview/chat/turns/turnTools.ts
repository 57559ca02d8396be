import * as l10n from '@vscode/l10n';
import type { BranchView, TurnView } from '../../../src/contract/webview/chatMessages';
import { formatNumber } from '../../shared/format';
import type { Context } from '../chatContext';
import { element } from '../../shared/dom';
import { createIconButton, showConfirmation } from '../../shared/widgets';

/** CSS class of the tools that are hidden while an answer is under way. */
const AT_REST = 'at-rest';

/** Tools of a question: edit it, and switch between its versions. */
export class QuestionTools {
  readonly element: HTMLElement;
  private readonly branch = element('span', { class: `branch ${AT_REST}` });
  private shown: BranchView | undefined;

  constructor(
    private readonly context: Context,
    private readonly turnId: string,
    onEdit: () => void,
  ) {
    const edit = createTool('edit', 'edit', l10n.t('Edit and ask again'), onEdit);
    edit.classList.add(AT_REST);
    this.element = createGroup([edit, this.branch]);
  }

  update({ branch }: TurnView): void {
    if (branch?.position === this.shown?.position && branch?.count === this.shown?.count) return;
    this.shown = branch;
    this.branch.replaceChildren(...(branch === undefined ? [] : this.createSwitcher(branch)));
  }

  private createSwitcher({ position, count }: BranchView): readonly HTMLElement[] {
    const numbers = [formatNumber(position), formatNumber(count)] as const;
    const step = (name: string, iconName: string, label: string, places: -1 | 1, possible: boolean): HTMLElement => {
      const button = createTool(name, iconName, label, () => {
        this.context.post({ type: 'sibling', turnId: this.turnId, places });
      });
      button.toggleAttribute('disabled', !possible);
      return button;
    };
    return [
      step('previous', 'chevron-left', l10n.t('Show the version before'), -1, position > 1),
      element('span', { class: 'visually-hidden', text: l10n.t('Version {0} of {1}', ...numbers) }),
      element('span', { class: 'branch-position', text: numbers.join('/'), attributes: { 'aria-hidden': 'true' } }),
      step('next', 'chevron-right', l10n.t('Show the version after'), 1, position < count),
    ];
  }
}

/** Tools of a finished answer. */
export function createAnswerTools(context: Context, turnId: string): HTMLElement {
  const copyLabel = l10n.t('Copy as Markdown');
  const copy = createTool('copy', 'copy', copyLabel, () => {
    context.post({ type: 'copyAnswer', turnId });
    showConfirmation(copy, 'copy', copyLabel, l10n.t('Copied'));
  });
  const regenerate = createTool('regenerate', 'refresh', l10n.t('Answer again'), () => {
    context.post({ type: 'askAgain', turnId });
  });
  regenerate.classList.add(AT_REST);
  return createGroup([copy, regenerate]);
}

/** Creates a button. When another turn takes the place of its turn, the focus finds the same button there by `name`. */
function createTool(name: string, iconName: string, label: string, onClick: () => void): HTMLElement {
  const button = createIconButton(iconName, label, onClick);
  button.dataset['tool'] = name;
  return button;
}

function createGroup(children: readonly HTMLElement[]): HTMLElement {
  return element(
    'div',
    { class: 'turn-tools', attributes: { role: 'group', 'aria-label': l10n.t('What to do with this message') } },
    children,
  );
}

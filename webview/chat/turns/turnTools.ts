import type { BranchView, TurnView } from '../../../src/contract/webview/chatMessages';
import { fill, formatNumber } from '../../shared/format';
import type { Context } from '../chatContext';
import { element } from '../../shared/dom';
import { createIconButton, showConfirmation } from '../../shared/widgets';

/** Class of what waits until no answer is under way. */
const AT_REST = 'at-rest';

/** What can be done with a question: ask it in other words, and go to where it was asked otherwise. */
export class QuestionTools {
  readonly element: HTMLElement;
  private readonly branch = element('span', { class: `branch ${AT_REST}` });
  private shown: BranchView | undefined;

  constructor(
    private readonly context: Context,
    private readonly turnId: string,
    onEdit: () => void,
  ) {
    const edit = tool('edit', 'edit', context.strings().editQuestion, onEdit);
    edit.classList.add(AT_REST);
    this.element = group(context, [edit, this.branch]);
  }

  update({ branch }: TurnView): void {
    if (branch?.position === this.shown?.position && branch?.count === this.shown?.count) return;
    this.shown = branch;
    this.branch.replaceChildren(...(branch === undefined ? [] : this.switcher(branch)));
  }

  private switcher({ position, count }: BranchView): readonly HTMLElement[] {
    const strings = this.context.strings();
    const numbers = [formatNumber(position), formatNumber(count)] as const;
    const step = (name: string, iconName: string, label: string, places: -1 | 1, possible: boolean): HTMLElement => {
      const button = tool(name, iconName, label, () => {
        this.context.post({ type: 'sibling', turnId: this.turnId, places });
      });
      button.toggleAttribute('disabled', !possible);
      return button;
    };
    return [
      step('previous', 'chevron-left', strings.previousBranch, -1, position > 1),
      element('span', { class: 'visually-hidden', text: fill(strings.branchPosition, ...numbers) }),
      element('span', { class: 'branch-position', text: numbers.join('/'), attributes: { 'aria-hidden': 'true' } }),
      step('next', 'chevron-right', strings.nextBranch, 1, position < count),
    ];
  }
}

/** What can be done with an answer that has ended. */
export function answerTools(context: Context, turnId: string): HTMLElement {
  const strings = context.strings();
  const copy = tool('copy', 'copy', strings.copyAnswer, () => {
    context.post({ type: 'copyAnswer', turnId });
    showConfirmation(copy, 'copy', strings.copyAnswer, strings.copied);
  });
  const regenerate = tool('regenerate', 'refresh', strings.regenerate, () => {
    context.post({ type: 'askAgain', turnId });
  });
  regenerate.classList.add(AT_REST);
  return group(context, [copy, regenerate]);
}

/** A button that is found again by `name` when its turn is replaced by another. */
function tool(name: string, iconName: string, label: string, onClick: () => void): HTMLElement {
  const button = createIconButton(iconName, label, onClick);
  button.dataset['tool'] = name;
  return button;
}

function group(context: Context, children: readonly HTMLElement[]): HTMLElement {
  return element('div', { class: 'turn-tools', attributes: { role: 'group', 'aria-label': context.strings().turnTools } }, children);
}

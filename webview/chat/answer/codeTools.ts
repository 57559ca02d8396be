import * as l10n from '@vscode/l10n';
import type { CodeAction } from '../../../src/contract/webview/chatMessages';
import type { Context } from '../chatContext';
import { element } from '../../shared/dom';
import { createIconButton } from '../../shared/widgets';

const tools: readonly { readonly action: CodeAction; readonly icon: string; readonly label: () => string }[] = [
  { action: 'apply', icon: 'diff', label: () => l10n.t('Apply to file…') },
  { action: 'insert', icon: 'insert', label: () => l10n.t('Insert at cursor') },
  { action: 'newFile', icon: 'new-file', label: () => l10n.t('Open as new file') },
];

/** Event that bubbles from a button of {@link createCodeTools} to {@link handleCodeTools}. */
const PRESSED = 'paddock-code';

/** Creates the buttons that hand a code block to the editor. */
export function createCodeTools(): HTMLElement {
  const buttons = tools.map(({ action, icon, label }) => {
    const button = createIconButton(icon, label(), () => {
      button.dispatchEvent(new CustomEvent<CodeAction>(PRESSED, { bubbles: true, detail: action }));
    });
    return button;
  });
  return element('span', { class: 'code-tools' }, buttons);
}

/**
 * Reports the buttons pressed in the code blocks of `answer` to the host. A block is named by its index among those outside of thoughts.
 * The host takes the code from its own copy of the answer.
 */
export function handleCodeTools(answer: HTMLElement, turnId: string, context: Context): void {
  answer.addEventListener(PRESSED, (event) => {
    const block = event.target instanceof Element ? event.target.closest('.code-block') : null;
    const index = Array.from(answer.querySelectorAll('.code-block:not(.thought, .thought *)')).findIndex((each) => each === block);
    const action = event instanceof CustomEvent ? tools.find(({ action: each }) => each === event.detail)?.action : undefined;
    if (index >= 0 && action !== undefined) context.post({ type: 'code', action, turnId, block: index });
  });
}

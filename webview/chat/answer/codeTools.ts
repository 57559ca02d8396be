import type { CodeAction, WebviewStringKey } from '../../../src/contract/webview/chatMessages';
import type { Context } from '../chatContext';
import { element } from '../../shared/dom';
import { createIconButton } from '../../shared/widgets';

const tools: readonly { readonly action: CodeAction; readonly icon: string; readonly label: WebviewStringKey }[] = [
  { action: 'apply', icon: 'diff', label: 'applyCode' },
  { action: 'insert', icon: 'insert', label: 'insertCode' },
  { action: 'newFile', icon: 'new-file', label: 'newFileFromCode' },
];

/** A press of one of {@link codeTools}, on its way up to {@link handleCodeTools}. */
const PRESSED = 'paddock-code';

/** What the editor can do with a code block. */
export function codeTools(context: Context): HTMLElement {
  const strings = context.strings();
  const buttons = tools.map(({ action, icon, label }) => {
    const button = createIconButton(icon, strings[label], () => {
      button.dispatchEvent(new CustomEvent<CodeAction>(PRESSED, { bubbles: true, detail: action }));
    });
    return button;
  });
  return element('span', { class: 'code-tools' }, buttons);
}

/**
 * Has the host do what is pressed in the code blocks of `answer`. It knows a block by its place among those outside of thoughts, and takes the
 * code from the answer it has.
 */
export function handleCodeTools(answer: HTMLElement, turnId: string, context: Context): void {
  answer.addEventListener(PRESSED, (event) => {
    const block = event.target instanceof Element ? event.target.closest('.code-block') : null;
    const index = Array.from(answer.querySelectorAll('.code-block:not(.thought, .thought *)')).findIndex((each) => each === block);
    const action = event instanceof CustomEvent ? tools.find(({ action: each }) => each === event.detail)?.action : undefined;
    if (index >= 0 && action !== undefined) context.post({ type: 'code', action, turnId, block: index });
  });
}

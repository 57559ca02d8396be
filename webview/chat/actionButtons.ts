import type { ActionView } from '../../src/contract/webview/chatMessages';
import { element, toolkit } from '../shared/dom';

/** A row of buttons, the first one the most useful unless they are `equal`; nothing for no actions. */
export function actionButtons(
  actions: readonly ActionView[],
  onPress: (id: string) => void,
  { equal = false }: { readonly equal?: boolean } = {},
): readonly HTMLElement[] {
  if (actions.length === 0) return [];
  const buttons = actions.map(({ id, label }, index) => {
    const button = toolkit('vscode-button', { appearance: index === 0 && !equal ? 'primary' : 'secondary' }, [
      document.createTextNode(label),
    ]);
    button.addEventListener('click', () => {
      onPress(id);
    });
    return button;
  });
  return [element('div', { class: 'actions' }, buttons)];
}

import type { ActionView } from '../../src/contract/webview/chatMessages';
import { element } from './dom';
import { createButton } from './widgets';

/** A row of buttons, the first one the most useful unless they are `equal`; nothing for no actions. */
export function actionButtons(
  actions: readonly ActionView[],
  onPress: (id: string) => void,
  { equal = false }: { readonly equal?: boolean } = {},
): readonly HTMLElement[] {
  if (actions.length === 0) return [];
  const buttons = actions.map(({ id, label }, index) => {
    const appearance = index === 0 && !equal ? 'primary' : 'secondary';
    return createButton(appearance, [document.createTextNode(label)], () => {
      onPress(id);
    });
  });
  return [element('div', { class: 'actions' }, buttons)];
}

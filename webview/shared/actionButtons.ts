import type { ActionView } from '../../src/contract/webview/chatMessages';
import { element } from './dom';
import { createButton } from './widgets';

/** Creates a row with a button for each action. The first button is the primary one, unless they are `equal`. */
export function createActionButtons(
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

import type { WebviewStrings } from '../../src/contract/webview/chatMessages';
import { element, icon } from '../shared/dom';

/** What stands where the first question will. */
export function emptyState(strings: WebviewStrings): HTMLElement {
  const hint = (iconName: string, text: string): HTMLElement => element('li', {}, [icon(iconName), element('span', { text })]);
  return element('div', { class: 'empty' }, [
    icon('comment-discussion'),
    element('h2', { text: strings.emptyTitle }),
    element('p', { text: strings.emptyBody }),
    element('ul', {}, [hint('list-selection', strings.emptyHintExplain), hint('edit', strings.emptyHintGhost)]),
  ]);
}

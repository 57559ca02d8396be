import type { TurnView } from '../../../src/contract/webview/chatMessages';
import { hasFocusWithin } from '../../shared/pageFocus';

/** Tools that take the focus from each other when one of them is disabled. */
const OPPOSITE: Readonly<Record<string, string>> = { previous: 'next', next: 'previous' };

/**
 * Remembers which tool of a turn has the focus, if one has. When another version of the turn takes its place, a keyboard user must not have
 * to start from the top: `restore` focuses the same tool of the turn that is there now, and returns whether it could.
 */
export function rememberToolFocus(
  list: HTMLElement,
  before: readonly TurnView[],
): { readonly restore: (after: readonly TurnView[]) => boolean } | undefined {
  const { activeElement } = document;
  if (!(activeElement instanceof HTMLElement) || !hasFocusWithin(list)) return undefined;
  const name = activeElement.dataset['tool'];
  const id = activeElement.closest<HTMLElement>('[data-turn]')?.dataset['turn'];
  const place = before.findIndex((turn) => turn.id === id);
  if (name === undefined || place < 0) return undefined;
  return {
    restore: (after) => {
      if (activeElement.isConnected) return true;
      const turn = after[place];
      const there = Array.from(list.querySelectorAll<HTMLElement>('[data-turn]')).find((each) => each.dataset['turn'] === turn?.id);
      return there !== undefined && [name, OPPOSITE[name]].some((each) => focusTool(there, each));
    },
  };
}

function focusTool(turn: HTMLElement, name: string | undefined): boolean {
  const tool = turn.querySelector<HTMLElement>(`[data-tool="${name ?? ''}"]:not([disabled])`);
  tool?.focus();
  return tool !== null && document.activeElement === tool;
}

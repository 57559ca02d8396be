import type { TurnView } from '../../../src/contract/webview/chatMessages';
import { hasFocusWithin } from '../../shared/pageFocus';

/** Tools that stand in for each other where one cannot be used. */
const OPPOSITE: Readonly<Record<string, string>> = { previous: 'next', next: 'previous' };

/**
 * Which tool of a turn has the focus, or `undefined`. Turns give way to others at the same place, and the keyboard's user must not have to
 * begin from the top: `restore` puts the focus on the same tool of the turn that is there now; whether that could be done.
 */
export function toolFocus(
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
      return there !== undefined && [name, OPPOSITE[name]].some((each) => focused(there, each));
    },
  };
}

function focused(turn: HTMLElement, name: string | undefined): boolean {
  const tool = turn.querySelector<HTMLElement>(`[data-tool="${name ?? ''}"]:not([disabled])`);
  tool?.focus();
  return tool !== null && document.activeElement === tool;
}

/** How much lanes hold, in words that stand inside a sentence. */
import { l10n } from 'vscode';
import { formatBytes, formatCount } from '../ui/numberFormat';

export function lanesHeld(lanes: number, tokens: number): string {
  const held = formatCount(tokens);
  return lanes === 1 ? l10n.t('1 lane with {0} tokens', held) : l10n.t('{0} lanes with {1} tokens', formatCount(lanes), held);
}

export function parkedHeld(parked: number, size: number): string {
  const held = formatBytes(size);
  return parked === 1 ? l10n.t('1 parked lane ({0})', held) : l10n.t('{0} parked lanes ({1})', formatCount(parked), held);
}

/** How much lanes hold, in words that stand inside a sentence. */
import { env, l10n } from 'vscode';
import { bytes, count } from '../ui/numberFormat';

export function lanesHeld(lanes: number, tokens: number): string {
  const held = count(tokens, env.language);
  return lanes === 1 ? l10n.t('1 lane with {0} tokens', held) : l10n.t('{0} lanes with {1} tokens', count(lanes, env.language), held);
}

export function parkedHeld(parked: number, size: number): string {
  const held = bytes(size, env.language);
  return parked === 1 ? l10n.t('1 parked lane ({0})', held) : l10n.t('{0} parked lanes ({1})', count(parked, env.language), held);
}

import { env, l10n } from 'vscode';
import { formatCount, formatGigabytes } from '../../ui/numberFormat';
import type { Licence, Quantisation } from './catalogue';
import type { EngineTask } from '../../llm/languageModel';
import type { Choice } from './modelChoices';
import type { Fit, Verdict } from './modelFit';

/** Words of English text that a token comes to. */
const wordsPerToken = 0.75;

/** The verdict in a word. */
export function verdictWord(verdict: Verdict): string {
  switch (verdict) {
    case 'fast':
      return l10n.t('fast');
    case 'usable':
      return l10n.t('usable');
    case 'slow':
      return l10n.t('slow');
    case 'doesNotFit':
      return l10n.t('does not fit');
  }
}

/** The verdict with its numbers, on one line. */
export function fitLine({ verdict, tokensPerSecond, neededBytes, availableBytes }: Fit): string {
  const memory = l10n.t('{0} of {1} GB', formatGigabytes(neededBytes), formatGigabytes(availableBytes));
  if (verdict === 'doesNotFit') return [verdictWord(verdict), memory].join(' · ');
  return [verdictWord(verdict), l10n.t('about {0} words a second', pace(tokensPerSecond * wordsPerToken)), memory].join(' · ');
}

function pace(words: number): string {
  if (words >= 10) return formatCount(Math.round(words / 5) * 5);
  if (words >= 2) return formatCount(Math.round(words));
  const digits = words >= 1 ? 2 : 1;
  return new Intl.NumberFormat(env.language, { minimumSignificantDigits: digits, maximumSignificantDigits: digits }).format(words);
}

/** What else there is to say of a choice: what it is recommended for, what is special about how it would run, and its licence. */
export function detailLine({ tasks, fit, model, target, bytes, current }: Choice, licence: Licence | undefined, wanted: number): string {
  const shortened = fit && fit.verdict !== 'doesNotFit' && fit.contextTokens < Math.min(wanted, model?.trainContextTokens ?? wanted);
  return [
    tasks.length > 0 ? tasksLine(tasks) : '',
    current ? l10n.t('in use') : '',
    target.kind === 'catalogue' ? l10n.t('download of {0} GB', formatGigabytes(bytes)) : '',
    shortened ? l10n.t('context shortened to {0} tokens', formatCount(fit.contextTokens)) : '',
    fit && fit.gpuLayers > 0 ? l10n.t('{0} layers on the GPU', formatCount(fit.gpuLayers)) : '',
    licence?.name ?? '',
    target.kind === 'file' ? target.path : '',
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

function tasksLine(tasks: readonly EngineTask[]): string {
  if (tasks.length > 1) return l10n.t('Recommended for chat and ghost text');
  return tasks[0] === 'chat' ? l10n.t('Recommended for chat') : l10n.t('Recommended for ghost text');
}

/** What a quantisation means, for who does not know the names. */
export function quantisationLine({ name, bytes }: Quantisation): string {
  return [bitsLine(name), l10n.t('download of {0} GB', formatGigabytes(bytes))].join(' · ');
}

function bitsLine(name: string): string {
  const bits = Number(/\d+/.exec(name)?.[0]);
  if (bits >= 8) return l10n.t('nearly as good as the original, and half as fast');
  if (bits >= 5) return l10n.t('a little better, and slower');
  return bits === 4 ? l10n.t('a good balance of quality and speed') : l10n.t('small, and noticeably worse');
}

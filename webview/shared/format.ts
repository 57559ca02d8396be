import * as l10n from '@vscode/l10n';
import type { Metrics } from '../../src/contract/metrics';

export function formatNumber(value: number, fractionDigits = 0): string {
  const options = { minimumFractionDigits: fractionDigits, maximumFractionDigits: fractionDigits };
  return new Intl.NumberFormat(getPageLanguage(), options).format(value);
}

/** Formats what an answer cost in one line. The line is empty if no token was generated. */
export function formatMetrics(metrics: Metrics): string {
  if (metrics.generatedTokens === 0) return '';
  const speed = l10n.t(
    '{0} tokens/s · first token {1} s',
    formatNumber(metrics.tokensPerSecond, 1),
    formatNumber(metrics.firstTokenMilliseconds / 1000, 1),
  );
  const reuse = l10n.t('{0} of {1} prompt tokens reused', formatNumber(metrics.reusedTokens), formatNumber(metrics.promptTokens));
  return `${speed} · ${reuse}`;
}

/** Returns `undefined`, which stands for the browser's language, if Intl does not know VS Code's. */
function getPageLanguage(): string | undefined {
  const { lang } = document.documentElement;
  try {
    return Intl.NumberFormat.supportedLocalesOf(lang)[0];
  } catch {
    return undefined;
  }
}

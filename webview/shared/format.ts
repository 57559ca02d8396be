import type { Metrics } from '../../src/contract/metrics';
import type { WebviewStrings } from '../../src/contract/webview/chatMessages';

/** Replaces `{0}`, `{1}` … in `template`. */
export function fill(template: string, ...values: readonly string[]): string {
  return template.replace(/\{(\d+)\}/g, (whole, index: string) => values[Number(index)] ?? whole);
}

export function formatNumber(value: number, fractionDigits = 0): string {
  const options = { minimumFractionDigits: fractionDigits, maximumFractionDigits: fractionDigits };
  return new Intl.NumberFormat(getPageLanguage(), options).format(value);
}

/** Formats what an answer cost in one line. The line is empty if no token was generated. */
export function formatMetrics(metrics: Metrics, strings: WebviewStrings): string {
  if (metrics.generatedTokens === 0) return '';
  const speed = fill(strings.metrics, formatNumber(metrics.tokensPerSecond, 1), formatNumber(metrics.firstTokenMilliseconds / 1000, 1));
  const reuse = fill(strings.metricsDetail, formatNumber(metrics.reusedTokens), formatNumber(metrics.promptTokens));
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

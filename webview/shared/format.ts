import type { Metrics } from '../../src/contract/metrics';
import type { WebviewStrings } from '../../src/contract/webview/chatMessages';

/** `template` with `{0}`, `{1}` … replaced. */
export function fill(template: string, ...values: readonly string[]): string {
  return template.replace(/\{(\d+)\}/g, (whole, index: string) => values[Number(index)] ?? whole);
}

/** Numbers as the page's language writes them. */
export function formatNumber(value: number, fractionDigits = 0): string {
  const options = { minimumFractionDigits: fractionDigits, maximumFractionDigits: fractionDigits };
  return new Intl.NumberFormat(pageLanguage(), options).format(value);
}

/** What an answer cost, in one quiet line; empty where no token was generated. */
export function metricsLine(metrics: Metrics, strings: WebviewStrings): string {
  if (metrics.generatedTokens === 0) return '';
  const speed = fill(strings.metrics, formatNumber(metrics.tokensPerSecond, 1), formatNumber(metrics.firstTokenMilliseconds / 1000, 1));
  const reuse = fill(strings.metricsDetail, formatNumber(metrics.reusedTokens), formatNumber(metrics.promptTokens));
  return `${speed} · ${reuse}`;
}

/** `undefined`, which is the browser's own, where VS Code's language is none that Intl knows. */
function pageLanguage(): string | undefined {
  const { lang } = document.documentElement;
  try {
    return Intl.NumberFormat.supportedLocalesOf(lang)[0];
  } catch {
    return undefined;
  }
}

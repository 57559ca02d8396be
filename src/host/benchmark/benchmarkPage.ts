/** The benchmark's page in the user's language. The page in the editor and the saved file are the same, but for the buttons. */
import { env, l10n } from 'vscode';
import { largest } from '../../util/lists';
import { measures, type Measure } from './measureFormat';
import { recommend } from './benchmarkAdvice';
import type { Kept, Measured, Result } from './benchmarkResults';
import { chatWords, ghostWords } from './benchmarkTexts';

export const actionIds = ['useChat', 'useGhostText', 'saveHtml', 'copyMarkdown', 'copyJson', 'runAgain'] as const;

export type ActionId = (typeof actionIds)[number];

/** The inside of the page's `main`. Names of models come from files: all is escaped. */
export function pageBody(kept: Kept, buttons: boolean): string {
  const { last, previous } = kept;
  const { chat, ghostText } = recommend(last.results);
  return [
    `<h1>${text(pageTitle())}</h1>`,
    `<p class="note">${text(introduction(kept))}</p>`,
    section(
      'recommendation',
      l10n.t('Recommendation'),
      definitions([
        [l10n.t('Chat'), chatWords(chat)],
        [l10n.t('Ghost text'), ghostWords(ghostText)],
      ]) + (buttons ? buttonRow(applyButtons(kept)) : ''),
    ),
    chartSection(last.results, previous?.results ?? []),
    section('figures', l10n.t('All figures'), tableOf(last.results, previous?.results ?? [])),
    section('method', l10n.t('What was measured'), `<p>${text(method())}</p>`),
    buttons ? buttonRow(otherButtons()) + '<p id="notice" class="note" role="status"></p>' : '',
  ].join('\n');
}

export function pageTitle(): string {
  return l10n.t('Benchmark of this machine');
}

/** As it can be kept: a file that needs nothing else, and asks nothing of anybody. */
export function savedPage(kept: Kept, styles: string): string {
  return `<!DOCTYPE html>
<html lang="${text(env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(pageTitle())}</title>
<style>
${styles}
</style>
</head>
<body class="saved">
<main id="app" class="benchmark">
${pageBody(kept, false)}
</main>
</body>
</html>
`;
}

/** The figures as a Markdown table, with the recommendation below. */
export function markdown({ last }: Kept): string {
  const { chat, ghostText } = recommend(last.results);
  const measured = measuredOf(last.results);
  const cells = (all: readonly string[]): string => `| ${all.map((each) => each.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    `# ${pageTitle()}`,
    '',
    cells(['', ...measured.map(({ name }) => name)]),
    cells(['---', ...measured.map(() => '---:')]),
    ...measures().map((measure) => cells([measure.label, ...measured.map((model) => valueOf(measure, model))])),
    '',
    ...last.results.flatMap((each) => (each.kind === 'failed' ? [`- ${each.name}: ${each.reason}`] : [])),
    `- ${l10n.t('Chat')}: ${chatWords(chat)}`,
    ...(ghostText ? [`- ${l10n.t('Ghost text')}: ${ghostWords(ghostText)}`] : []),
    '',
  ].join('\n');
}

function introduction({ last, previous }: Kept): string {
  const at = dateOf(last.at);
  return previous ? l10n.t('Measured on {0}; in brackets, what it was on {1}.', at, dateOf(previous.at)) : l10n.t('Measured on {0}.', at);
}

function dateOf(at: number): string {
  return new Intl.DateTimeFormat(env.language, { dateStyle: 'medium', timeStyle: 'short' }).format(at);
}

function method(): string {
  return l10n.t(
    'Each model was loaded in a process of its own and asked about some 500 tokens of code, then asked again; ghost text was asked for at places in a sample of code in eight languages, and compared with what stands there. A slow model gets through fewer places. The likeness is counted over all places tried, and a place without a ghost text counts as nothing right.',
  );
}

function applyButtons({ last }: Kept): readonly [ActionId, string][] {
  const { chat, ghostText } = recommend(last.results);
  if (!chat || !ghostText) return [];
  if (chat.model.path === ghostText.model.path) return [['useChat', l10n.t('Use {0}', chat.model.name)]];
  return [
    ['useChat', l10n.t('Use {0}, as for the Chat', chat.model.name)],
    ['useGhostText', l10n.t('Use {0}, as for Ghost Text', ghostText.model.name)],
  ];
}

function otherButtons(): readonly [ActionId, string][] {
  return [
    ['saveHtml', l10n.t('Save as a Page…')],
    ['copyMarkdown', l10n.t('Copy as Markdown')],
    ['copyJson', l10n.t('Copy as JSON')],
    ['runAgain', l10n.t('Measure Again…')],
  ];
}

function buttonRow(buttons: readonly [ActionId, string][]): string {
  return `<div class="buttons">${buttons.map(([id, label]) => `<button type="button" data-action="${id}">${text(label)}</button>`).join('')}</div>`;
}

function section(id: string, title: string, body: string): string {
  return `<section aria-labelledby="${id}"><h2 id="${id}">${text(title)}</h2>${body}</section>`;
}

function definitions(rows: readonly (readonly [string, string])[]): string {
  const filled = rows.filter(([, value]) => value !== '');
  return `<dl>${filled.map(([term, value]) => `<dt>${text(term)}</dt><dd>${text(value)}</dd>`).join('')}</dl>`;
}

function chartSection(results: readonly Result[], before: readonly Result[]): string {
  const measured = measuredOf(results);
  if (measured.length === 0) return '';
  const charts = measures().filter(({ chart }) => chart);
  return section(
    'charts',
    l10n.t('Compared'),
    `<div class="charts">${charts.map((each) => chartOf(each, measured, before)).join('')}</div>`,
  );
}

/** The value stands as text above each bar, so that the bar itself says nothing more. */
function chartOf(measure: Measure, measured: readonly Measured[], before: readonly Result[]): string {
  const hint = measure.better === 'less' ? l10n.t('less is better') : l10n.t('more is better');
  const highest = largest(
    measured.map(({ figures }) => measure.of(figures) ?? 0),
    Number.MIN_VALUE,
  );
  const rows = measured.map((model) => {
    const length = (100 * (measure.of(model.figures) ?? 0)) / highest;
    const bar = `<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect width="${length.toFixed(1)}" height="6"/></svg>`;
    return `<li><span class="name">${text(model.name)}</span> <span class="value">${text(withBefore(measure, model, before))}</span>${bar}</li>`;
  });
  return `<figure><figcaption>${text(measure.label)} <span class="note">${text(hint)}</span></figcaption><ul>${rows.join('')}</ul></figure>`;
}

function tableOf(results: readonly Result[], before: readonly Result[]): string {
  const measured = measuredOf(results);
  const failed = results.flatMap((each) => (each.kind === 'failed' ? [[each.name, each.reason] as const] : []));
  const problems = failed.length > 0 ? `<h3>${text(l10n.t('Not measured'))}</h3>${definitions(failed)}` : '';
  if (measured.length === 0) return problems;
  const head = ['', ...measured.map(({ name }) => name)]
    .map((name) => (name === '' ? '<td></td>' : `<th scope="col">${text(name)}</th>`))
    .join('');
  const rows = measures().map((measure) => {
    const cells = measured.map((model) => `<td>${text(withBefore(measure, model, before))}</td>`).join('');
    return `<tr><th scope="row">${text(measure.label)}</th>${cells}</tr>`;
  });
  const label = text(l10n.t('All figures'));
  return `<div class="scroll" role="group" tabindex="0" aria-label="${label}"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>${problems}`;
}

function withBefore(measure: Measure, model: Measured, before: readonly Result[]): string {
  const earlier = measuredOf(before).find(({ path }) => path === model.path);
  const value = valueOf(measure, model);
  return earlier ? l10n.t('{0} ({1})', value, valueOf(measure, earlier)) : value;
}

function valueOf(measure: Measure, { figures }: Measured): string {
  const value = measure.of(figures);
  return value === null ? '–' : measure.format(value);
}

function measuredOf(results: readonly Result[]): readonly Measured[] {
  return results.filter((each): each is Measured => each.kind === 'measured');
}

function text(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

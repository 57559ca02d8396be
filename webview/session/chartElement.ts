import { largest } from '../../src/util/lists';
import type { ChartView } from '../../src/contract/webview/sessionMessages';
import { element } from '../shared/dom';
import { setText, type Shown } from '../shared/keyedList';

const SVG_NAMESPACE = 'http://www.w3.org/2000/svg';

/** Number of bars at most. The latest bar is always the rightmost. */
const MAX_BARS = 40;
const BAR_STEP = 6;
const BAR_WIDTH = 4;
const HEIGHT = 36;
/** Keeps the bar of the slowest answer visible. */
const MIN_BAR_HEIGHT = 1;

/** A small bar chart with the latest value as text. A hidden table holds all values for screen readers. */
export class ChartElement implements Shown<ChartView> {
  private readonly title = element('span', { class: 'chart-title' });
  private readonly latest = element('span', { class: 'chart-latest' });
  private readonly picture = createSvg('svg', {
    class: 'chart',
    role: 'img',
    viewBox: `0 0 ${String(MAX_BARS * BAR_STEP)} ${String(HEIGHT)}`,
    preserveAspectRatio: 'none',
  });
  private readonly table = element('table', { class: 'visually-hidden' });
  readonly element = element('figure', { class: 'chart-frame' }, [
    element('figcaption', {}, [this.title, this.latest]),
    this.picture,
    this.table,
  ]);
  private shown = '';

  update(chart: ChartView): void {
    const text = JSON.stringify(chart);
    if (text === this.shown) return;
    this.shown = text;
    setText(this.title, chart.title);
    setText(this.latest, chart.latest);
    this.picture.setAttribute('aria-label', chart.summary);
    this.picture.replaceChildren(...createBars(chart.values.slice(-MAX_BARS)));
    this.table.replaceChildren(...createRows(chart));
  }
}

function createBars(values: readonly number[]): readonly Element[] {
  const highest = largest(values);
  const first = MAX_BARS - values.length;
  return values.map((value, index) => {
    const length = Math.max(MIN_BAR_HEIGHT, (value / highest) * HEIGHT);
    const x = (first + index) * BAR_STEP;
    return createSvg('rect', { x: String(x), y: String(HEIGHT - length), width: String(BAR_WIDTH), height: String(length) });
  });
}

function createRows({ title, table: { columns, rows } }: ChartView): readonly HTMLElement[] {
  const head = element(
    'tr',
    {},
    columns.map((column) => element('th', { text: column, attributes: { scope: 'col' } })),
  );
  const body = rows.map((row) =>
    element(
      'tr',
      {},
      row.map((cell) => element('td', { text: cell })),
    ),
  );
  return [element('caption', { text: title }), element('thead', {}, [head]), element('tbody', {}, body)];
}

function createSvg(tag: 'svg' | 'rect', attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS(SVG_NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

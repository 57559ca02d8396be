import { largest } from '../../src/util/lists';
import type { ChartView } from '../../src/contract/webview/sessionMessages';
import { element } from '../shared/dom';
import { setText, type Shown } from '../shared/keyedList';

const namespace = 'http://www.w3.org/2000/svg';

/** Places for bars, each so wide; the latest bar stands in the last place. */
const places = 40;
const placeWidth = 6;
const barWidth = 4;
const height = 36;
/** Of a bar, so that the slowest answer can still be seen. */
const lowest = 1;

/** A small picture of values, with the latest one in words, and the values in a table for those who do not see pictures. */
export class ChartElement implements Shown<ChartView> {
  private readonly title = element('span', { class: 'chart-title' });
  private readonly latest = element('span', { class: 'chart-latest' });
  private readonly picture = svg('svg', {
    class: 'chart',
    role: 'img',
    viewBox: `0 0 ${String(places * placeWidth)} ${String(height)}`,
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
    this.picture.replaceChildren(...bars(chart.values.slice(-places)));
    this.table.replaceChildren(...rowsOf(chart));
  }
}

function bars(values: readonly number[]): readonly Element[] {
  const highest = largest(values);
  const first = places - values.length;
  return values.map((value, index) => {
    const length = Math.max(lowest, (value / highest) * height);
    const x = (first + index) * placeWidth;
    return svg('rect', { x: String(x), y: String(height - length), width: String(barWidth), height: String(length) });
  });
}

function rowsOf({ title, table: { columns, rows } }: ChartView): readonly HTMLElement[] {
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

function svg(tag: 'svg' | 'rect', attributes: Readonly<Record<string, string>>): SVGElement {
  const made = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

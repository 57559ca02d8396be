import { sliceFromStart } from '../../../src/util/text/wholeCharacters';
import { highlight, isHighlighted } from './highlight';
import { sanitize } from './sanitize';
import { element } from '../../shared/dom';

/**
 * In UTF-16 units. Code up to `short` is coloured at every change, as that takes hardly any time. Code beyond `longest` stays plain, as
 * colouring it would block the page.
 */
const LIMITS = { short: 2000, longest: 30_000 } as const;

/**
 * Longer code that still grows is coloured again after a pause of this many times the time that colouring took. So colours take a twentieth
 * of the time at most, and delay the frames of fewer than five tokens in a hundred.
 */
const REST = 24;

/**
 * Code with syntax highlighting. While it grows, the cost of one more letter does not depend on its length: new letters are shown at once
 * without colours, coloured later, and only nodes that have changed are replaced.
 */
export class ColouredCode {
  readonly element = element('code');
  /** The text that has no colours yet. */
  private readonly plain = document.createTextNode('');
  private language = '';
  private code = '';
  private isColouringLater = false;
  /** The code that has colours. */
  private coloured = '';
  /** HTML of {@link coloured} that is on the page. */
  private html = '';
  /** Milliseconds that colouring took the last time. */
  private cost = 0;
  private colouredAt = Number.NEGATIVE_INFINITY;

  /**
   * @param now milliseconds
   * @param schedule runs an action in a task of its own
   */
  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly limits: Readonly<Record<keyof typeof LIMITS, number>> = LIMITS,
    private readonly schedule: (action: () => void) => void = (action) => void setTimeout(action),
  ) {}

  /** @param open more of the code is to come */
  update(code: string, language: string, open: boolean): void {
    if (language !== this.language) this.startOver(language);
    this.code = code;
    const isKept = code.startsWith(this.coloured);
    if (isKept && this.coloured !== '' && code.length > this.limits.short && this.isDue(code, open)) this.colourLater();
    else if (!isKept || this.isDue(code, open)) this.colour();
    this.showPlain();
  }

  /** Colours in a task of its own, so that one frame does not have to do layout, paint and colours together. */
  private colourLater(): void {
    if (this.isColouringLater) return;
    this.isColouringLater = true;
    this.schedule(() => {
      this.isColouringLater = false;
      // The code may be another one by now, or already have its colours.
      if (this.coloured === '' || !this.isDue(this.code, false)) return;
      this.colour();
      this.showPlain();
    });
  }

  private startOver(language: string): void {
    this.language = language;
    this.coloured = '';
    this.html = '';
    this.element.replaceChildren();
  }

  private isDue(code: string, open: boolean): boolean {
    if (!isHighlighted(this.language) || this.coloured.length === this.limitLength(code).length) return false;
    return !open || code.length <= this.limits.short || this.now() - this.colouredAt >= this.cost * REST;
  }

  private showPlain(): void {
    const { element: code, plain } = this;
    const rest = this.code.slice(this.coloured.length);
    if (rest.startsWith(plain.data)) plain.appendData(rest.slice(plain.data.length));
    else plain.data = rest;
    if (rest === '') plain.remove();
    else if (code.lastChild !== plain) code.append(plain);
  }

  private colour(): void {
    const begun = this.now();
    const code = this.limitLength(this.code);
    this.plain.remove();
    this.plain.data = '';
    this.replaceChanged(highlight(code, this.language) ?? '');
    this.coloured = code;
    this.colouredAt = this.now();
    this.cost = this.colouredAt - begun;
  }

  private limitLength(code: string): string {
    return sliceFromStart(code, this.limits.longest);
  }

  private replaceChanged(html: string): void {
    const { nodes, offset } = countCommonNodes(this.html, html);
    for (const old of [...this.element.childNodes].slice(nodes)) old.remove();
    const changed = sanitize(html.slice(offset));
    // Joins text nodes, as `countCommonNodes` counts each run of text as one.
    changed.normalize();
    this.element.append(changed);
    // The parser drops some characters, such as zero bytes. The count would then be wrong next time, so all is replaced.
    this.html = this.element.childNodes.length === countCommonNodes(html, html).nodes ? html : '';
  }
}

/**
 * Counts the nodes that two pieces of HTML have in common at the beginning, and returns the offset of the next node in both. The only
 * elements in the HTML must be balanced `span`s.
 */
export function countCommonNodes(before: string, after: string): { readonly nodes: number; readonly offset: number } {
  const same = countCommonUnits(before, after);
  const all = same === before.length && same === after.length;
  let depth = 0;
  let nodes = 0;
  let offset = 0;
  for (const { 0: tag, index } of after.matchAll(/<[^>]*>/g)) {
    if (index >= same) break;
    const isEnd = tag.startsWith('</');
    if (!isEnd && depth === 0 && index > offset) {
      nodes++;
      offset = index;
    }
    depth += isEnd ? -1 : 1;
    const end = index + tag.length;
    if (!isEnd || depth > 0 || end > same) continue;
    nodes++;
    offset = end;
  }
  return all && offset < after.length ? { nodes: nodes + 1, offset: after.length } : { nodes, offset };
}

function countCommonUnits(a: string, b: string): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

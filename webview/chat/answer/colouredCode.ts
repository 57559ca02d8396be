import { sliceFromStart } from '../../../src/util/text/wholeCharacters';
import { highlight, isHighlighted } from './highlight';
import { sanitize } from './sanitize';
import { element } from '../../shared/dom';

/**
 * In letters: up to `short`, code is coloured at every change, as it takes no time to speak of; what stands beyond `longest` stays without
 * colours, as the page would stand still for them.
 */
const LIMITS = { short: 2000, longest: 30_000 } as const;

/**
 * Longer open code is coloured again after this many times the time that it took. Colours cost a twentieth of the time at most, so that of a
 * hundred tokens fewer than five come into a frame that is late for them.
 */
const REST = 24;

/**
 * Code in colours. While it is open, what it costs to show one letter more does not grow with the code: letters are shown at once, coloured
 * as soon as their turn comes, and of what was coloured before only what has changed is made anew.
 */
export class ColouredCode {
  readonly element = element('code');
  /** Letters that have no colours yet. */
  private readonly plain = document.createTextNode('');
  private language = '';
  private code = '';
  private isColouringLater = false;
  /** The code that has colours, and the HTML of it that is shown. */
  private coloured = '';
  private html = '';
  private cost = 0;
  private colouredAt = Number.NEGATIVE_INFINITY;

  /**
   * @param now milliseconds
   * @param later does something in a task of its own
   */
  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly limits: Readonly<Record<keyof typeof LIMITS, number>> = LIMITS,
    private readonly later: (action: () => void) => void = (action) => void setTimeout(action),
  ) {}

  /** Shows `code`; `open` while more of it is to come. */
  update(code: string, language: string, open: boolean): void {
    if (language !== this.language) this.startOver(language);
    this.code = code;
    const isKept = code.startsWith(this.coloured);
    if (isKept && this.coloured !== '' && code.length > this.limits.short && this.isDue(code, open)) this.colourLater();
    else if (!isKept || this.isDue(code, open)) this.colour();
    this.showPlain();
  }

  /** In a task of its own, so that a frame does not take long for layout, paint and colours together. */
  private colourLater(): void {
    if (this.isColouringLater) return;
    this.isColouringLater = true;
    this.later(() => {
      this.isColouringLater = false;
      // It may be other code by now, or have its colours.
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
    if (!isHighlighted(this.language) || this.coloured.length === this.colourable(code).length) return false;
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
    const code = this.colourable(this.code);
    this.plain.remove();
    this.plain.data = '';
    this.change(highlight(code, this.language) ?? '');
    this.coloured = code;
    this.colouredAt = this.now();
    this.cost = this.colouredAt - begun;
  }

  private colourable(code: string): string {
    return sliceFromStart(code, this.limits.longest);
  }

  private change(html: string): void {
    const { nodes, offset } = commonNodes(this.html, html);
    for (const old of [...this.element.childNodes].slice(nodes)) old.remove();
    const changed = sanitize(html.slice(offset));
    // One text node for each run of text, as they are counted.
    changed.normalize();
    this.element.append(changed);
    // Where the parser took something for nothing, as it does a zero byte, the count would be wrong the next time.
    this.html = this.element.childNodes.length === commonNodes(html, html).nodes ? html : '';
  }
}

/**
 * How many nodes two pieces of HTML have in common at their beginning, and where in both the next one begins. For HTML whose only elements are
 * balanced `span`s.
 */
export function commonNodes(before: string, after: string): { readonly nodes: number; readonly offset: number } {
  const same = commonLength(before, after);
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

function commonLength(a: string, b: string): number {
  const limit = Math.min(a.length, b.length);
  let length = 0;
  while (length < limit && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}

/** A template asks for more than any real one does: it is broken or malicious. */
export class TemplateLimitError extends Error {
  override readonly name = 'TemplateLimitError';
}

/**
 * Limits of one rendering. The largest published template has 17 KB, and for a conversation of forty messages the costliest one takes a
 * thirtieth of the steps. A step takes a fraction of a microsecond.
 */
export const templateLimits = {
  sourceCharacters: 64 * 1024,
  steps: 1_000_000,
  /** Length of any text. */
  characters: 1024 * 1024,
  /** Length of any list; Jinja's own sandbox limits a range to as many. */
  items: 100_000,
  /** Width that a format or a padding method may ask for. */
  width: 10_000,
} as const;

const CHARACTERS_A_STEP = 64;
const ITEMS_A_STEP = 8;

/**
 * Counts what a rendering does. The same template and conversation always take the same number of steps, so a refusal does not depend on the
 * machine's speed. Every text and list is announced here before it is made or walked.
 */
export class RenderBudget {
  private left: number = templateLimits.steps;

  spend(steps: number): void {
    this.left -= steps;
    if (!(this.left >= 0)) throw new TemplateLimitError('it does not come to an end');
  }

  /** Charges a text of so many characters that is about to be made or searched. */
  chargeText(characters: number): void {
    if (!(characters <= templateLimits.characters)) throw new TemplateLimitError('it writes without end');
    this.spend(1 + characters / CHARACTERS_A_STEP);
  }

  /** Charges a look for one text in another: at worst, each place is compared with all of it. */
  chargeSearch(text: string, wanted: string): void {
    this.spend(1 + (text.length / CHARACTERS_A_STEP) * (1 + wanted.length / 16));
  }

  /** Charges a text that is taken apart into characters. */
  chargeCharacters(text: string): void {
    this.spend(1 + text.length / ITEMS_A_STEP);
  }

  /** Charges a list of so many items that is about to be made or walked. */
  chargeItems(items: number): void {
    if (!(items <= templateLimits.items)) throw new TemplateLimitError(`it makes a list of ${items}`);
    this.spend(1 + items / ITEMS_A_STEP);
  }

  chargeWidth(width: number): void {
    if (!(width <= templateLimits.width)) throw new TemplateLimitError(`it pads to ${width}`);
  }

  /** Joins parts into a text. */
  join(parts: readonly string[], separator = ''): string {
    let characters = separator.length * Math.max(0, parts.length - 1);
    for (const part of parts) characters += part.length;
    this.spend(parts.length / ITEMS_A_STEP);
    this.chargeText(characters);
    return parts.join(separator);
  }
}

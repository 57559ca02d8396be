/**
 * Cuts of text that never split a character. JavaScript counts UTF-16 units, and an emoji or a rare Chinese character is two of them, a
 * surrogate pair. Half of one is not text: servers refuse it in JSON, files and tokenizers replace it.
 */

/** `text`, or its first `max` UTF-16 units; one fewer where the last would be half a character. */
export function sliceFromStart(text: string, max: number): string {
  return text.length <= max ? text : sliceWhole(text, 0, max);
}

/** `text`, or its last `max` UTF-16 units; one fewer where the first would be half a character. */
export function sliceFromEnd(text: string, max: number): string {
  return text.length <= max ? text : sliceWhole(text, text.length - max, text.length);
}

/** The characters of `text` that lie wholly between two indices. */
export function sliceWhole(text: string, start: number, end: number): string {
  const first = Math.max(0, isInsideCharacter(text, start) ? start + 1 : start);
  const last = isInsideCharacter(text, end) ? end - 1 : end;
  return text.slice(first, Math.max(first, last));
}

/** Whether an index lies between the two halves of one character. */
export function isInsideCharacter(text: string, index: number): boolean {
  return isHighSurrogate(text.charCodeAt(index - 1)) && isLowSurrogate(text.charCodeAt(index));
}

/** `text` with U+FFFD for each half of a character that stands alone. The length stays, and so do all indices. */
export function toWellFormed(text: string): string {
  return ANY_SURROGATE.test(text) ? text.replace(LONE_SURROGATES, '\uFFFD') : text;
}

/**
 * `text`, or its first `max` characters as people see them, the last of them "…". A family emoji, a flag or a letter with its accents counts
 * as one.
 */
export function ellipsize(text: string, max: number): string {
  const shown = firstGraphemes(text, max + 1);
  return shown.length <= max && shown.join('') === text ? text : `${shown.slice(0, Math.max(0, max - 1)).join('')}…`;
}

/** The first `max` characters as people see them. Of a monstrous one, such as a letter with a thousand accents, only a part. */
export function firstGraphemes(text: string, max: number): readonly string[] {
  const found: string[] = [];
  if (max <= 0) return found;
  // Bounded: no name needs more, and a text may have megabytes in a single character.
  for (const { segment } of graphemes.segment(sliceFromStart(text, max * MAX_GRAPHEME_UNITS))) {
    found.push(sliceFromStart(segment, MAX_GRAPHEME_UNITS));
    if (found.length === max) break;
  }
  return found;
}

/** The characters as people see them that lie wholly between two indices. */
export function sliceGraphemes(text: string, start: number, end: number): string {
  const from = Math.max(0, start - MAX_GRAPHEME_UNITS);
  const window = sliceWhole(text, from, end + MAX_GRAPHEME_UNITS);
  const offset = isInsideCharacter(text, from) ? from + 1 : from;
  return Array.from(graphemes.segment(window), ({ segment, index }) => {
    const at = offset + index;
    return at >= start && at + segment.length <= end ? segment : '';
  }).join('');
}

const graphemes = new Intl.Segmenter();

/** A family of four with skin colours is 19 UTF-16 units, the flag of Scotland 14. */
const MAX_GRAPHEME_UNITS = 40;

/** Without the flag `u`, which makes it find halves of whole characters too, and quickly: 0.4 ms for a million Chinese characters. */
const ANY_SURROGATE = /[\uD800-\uDFFF]/;
const LONE_SURROGATES = /\p{Surrogate}/gu;

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

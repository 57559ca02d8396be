/**
 * These functions cut text and never split a character. JavaScript counts UTF-16 units. An emoji or a rare Chinese character is two of
 * them, a surrogate pair. Half of one is not text: servers refuse it in JSON, files and tokenizers replace it.
 */

/** Returns the first `max` UTF-16 units at most. It leaves the last one out where that would be half a character. */
export function sliceFromStart(text: string, max: number): string {
  return text.length <= max ? text : sliceWhole(text, 0, max);
}

/** Returns the last `max` UTF-16 units at most. It leaves the first one out where that would be half a character. */
export function sliceFromEnd(text: string, max: number): string {
  return text.length <= max ? text : sliceWhole(text, text.length - max, text.length);
}

/** Returns the characters that lie wholly between two indices. */
export function sliceWhole(text: string, start: number, end: number): string {
  const first = Math.max(0, isInsideCharacter(text, start) ? start + 1 : start);
  const last = isInsideCharacter(text, end) ? end - 1 : end;
  return text.slice(first, Math.max(first, last));
}

/** Leaves out the first half of a character that a text ends with, as it does where it was read up to a position. */
export function withoutLastHalf(text: string): string {
  return isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.slice(0, -1) : text;
}

/** Tells whether an index lies between the two halves of one character. */
function isInsideCharacter(text: string, index: number): boolean {
  return isHighSurrogate(text.charCodeAt(index - 1)) && isLowSurrogate(text.charCodeAt(index));
}

/** Writes U+FFFD for each half of a character that stands alone. The length stays, and so do all indices. */
export function toWellFormed(text: string): string {
  return ANY_SURROGATE.test(text) ? text.replace(LONE_SURROGATES, '\uFFFD') : text;
}

/**
 * Shortens a text to `max` characters as people see them, of which "…" is the last. A family emoji, a flag or a letter with its accents counts
 * as one.
 */
export function ellipsize(text: string, max: number): string {
  const shown = firstGraphemes(text, max + 1);
  return shown.length <= max && shown.join('') === text ? text : `${shown.slice(0, Math.max(0, max - 1)).join('')}…`;
}

/** Returns the first `max` characters as people see them. A letter with a thousand accents is cut to a part of it. */
export function firstGraphemes(text: string, max: number): readonly string[] {
  const found: string[] = [];
  if (max <= 0) return found;
  // The text is cut first, as a single character may have megabytes.
  for (const { segment } of graphemes.segment(sliceFromStart(text, max * MAX_GRAPHEME_UNITS))) {
    found.push(sliceFromStart(segment, MAX_GRAPHEME_UNITS));
    if (found.length === max) break;
  }
  return found;
}

/** Returns the characters, as people see them, that lie wholly between two indices. */
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

/** This pattern lacks the flag `u`, so it finds halves of whole characters too. It takes 0.4 ms for a million Chinese characters. */
const ANY_SURROGATE = /[\uD800-\uDFFF]/;
const LONE_SURROGATES = /\p{Surrogate}/gu;

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

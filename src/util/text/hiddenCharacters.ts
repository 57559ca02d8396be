/**
 * Characters that are not seen: control and format characters, and letters without a shape. In code they hide what a reader would refuse: text
 * that runs backwards (Trojan Source, CVE-2021-42574), instructions in tag letters, names that only look alike.
 */

/** Prose may have some of these characters that code may not. */
export type TextKind = 'prose' | 'code';

/** Cc but tab and line ends, Cf, all that Unicode lets a renderer leave out, and the line ends that only some programs know. */
const CANDIDATE = String.raw`(?![\t\n\r])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]`;
const MAY_BE_HIDDEN = new RegExp(CANDIDATE, 'u');

/** Letters of the scripts that are written with joiners, or with a mark where a line may break. */
const JOINING =
  '[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Nko}\\p{Script=Mongolian}\\p{Script=Mandaic}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}' +
  '\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}\\p{Script=Malayalam}\\p{Script=Sinhala}\\p{Script=Khmer}' +
  '\\p{Script=Myanmar}\\p{Script=Tibetan}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Javanese}\\p{Script=Balinese}]';
/** Signs above and below a letter; variation selectors count as such. */
const SIGNS = String.raw`(?:(?!\p{Variation_Selector})\p{M}){0,3}`;
const EMOJI_END = String.raw`(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|\u20E3)\uFE0F?`;
const RIGHT_TO_LEFT = String.raw`[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]`;

/** Patterns of ordinary text with such characters. Each matches the characters alone and looks at their neighbours. */
const ORDINARY = [
  // The parts of one emoji, as in a family.
  String.raw`(?<=${EMOJI_END})\u200D(?=\p{Extended_Pictographic})`,
  // Three flags are written with tag letters.
  String.raw`(?<=\u{1F3F4})\u{E0067}\u{E0062}(?:\u{E0065}\u{E006E}\u{E0067}|\u{E0073}\u{E0063}\u{E0074}|\u{E0077}\u{E006C}\u{E0073})\u{E007F}`,
  // One variation selector behind what it varies: emoji, a digit of a key, a Chinese character.
  String.raw`(?<=(?![0-9#*])\p{Emoji})[\uFE0E\uFE0F]`,
  String.raw`(?<=[0-9#*])\uFE0F(?=\u20E3)`,
  String.raw`(?<=\p{Script=Han})[\uFE00-\uFE02\u{E0100}-\u{E01EF}]`,
  String.raw`(?<=\p{Script=Mongolian})[\u180B-\u180D\u180F]`,
  // Joiners and invisible spaces between letters of scripts that need them.
  String.raw`(?<=${JOINING}${SIGNS})[\u200B-\u200D](?=${JOINING})`,
  String.raw`(?<=${JOINING}${SIGNS})\u200C(?=[\s\p{P}]|$)`,
  String.raw`(?<=${JOINING}${SIGNS})\u200D`,
  // Korean syllables that are written by parts.
  String.raw`\u115F(?=[\u1161-\u11A7])`,
  String.raw`(?<=[\u1100-\u115E])\u1160`,
  String.raw`\u115F\u1160(?=[\u11A8-\u11FF])`,
] as const;

/** Patterns of text that is ordinary in prose, and not in code. */
const ORDINARY_IN_PROSE = [
  // A soft hyphen allows a line break in a word.
  String.raw`(?<=\p{L})\u00AD(?=\p{L})`,
  // Marks of direction beside text that runs from the right.
  String.raw`(?<=${RIGHT_TO_LEFT}[\s\p{P}\p{N}]{0,3})[\u200E\u200F\u061C]`,
  String.raw`[\u200E\u200F\u061C](?=[\s\p{P}\p{N}]{0,3}${RIGHT_TO_LEFT})`,
  // They are seen: signs that stand over the digits behind them.
  String.raw`[\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]`,
] as const;

/** A mark at the very beginning of a text says how it is encoded. */
const AT_START = String.raw`^\uFEFF`;

function patternFor(ordinary: readonly string[]): RegExp {
  return new RegExp(`${[AT_START, ...ordinary].join('|')}|(?<hidden>${CANDIDATE})`, 'gu');
}

const patterns: Readonly<Record<TextKind, RegExp>> = {
  prose: patternFor([...ORDINARY, ...ORDINARY_IN_PROSE]),
  code: patternFor(ORDINARY),
};

/** A quick look, which also finds what is ordinary where it stands. */
export function mayHaveHiddenCharacters(text: string): boolean {
  return MAY_BE_HIDDEN.test(text);
}

export function hasHiddenCharacters(text: string, kind: TextKind): boolean {
  return MAY_BE_HIDDEN.test(text) && findHiddenCharacters(text, kind).length > 0;
}

/** The hidden characters in `text`, each once, as `U+202E`. */
export function findHiddenCharacters(text: string, kind: TextKind): readonly string[] {
  const found = new Set<string>();
  replaceHidden(text, kind, (character) => {
    found.add(nameOfCharacter(character));
    return character;
  });
  return [...found].sort();
}

/** `text` with a visible mark, as `[U+202E]`, in the place of every hidden character. */
export function showHiddenCharacters(text: string, kind: TextKind): string {
  return replaceHidden(text, kind, (character) => `[${nameOfCharacter(character)}]`);
}

/** A character that was ordinary only beside a removed one is removed as well. */
export function removeHiddenCharacters(text: string, kind: TextKind): string {
  let before = text;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const after = replaceHidden(before, kind, () => '');
    if (after === before) return after;
    before = after;
  }
  return before.replace(new RegExp(CANDIDATE, 'gu'), '');
}

const MAX_PASSES = 4;

function replaceHidden(text: string, kind: TextKind, replacement: (character: string) => string): string {
  if (!MAY_BE_HIDDEN.test(text)) return text;
  return text.replace(patterns[kind], (match: string, ...rest: unknown[]) => {
    const { hidden } = rest.at(-1) as { readonly hidden?: string };
    return hidden === undefined ? match : replacement(hidden);
  });
}

function nameOfCharacter(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}

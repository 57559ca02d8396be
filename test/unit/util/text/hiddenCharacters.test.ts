import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  findHiddenCharacters,
  hasHiddenCharacters,
  removeHiddenCharacters,
  showHiddenCharacters,
} from '../../../../src/util/text/hiddenCharacters';

/** Every code point that Unicode gives the properties of `pattern`. */
function all(pattern: RegExp): readonly string[] {
  return Array.from({ length: 0x110000 }, (_, code) => code)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code))
    .filter((character) => pattern.test(character));
}

const name = (character: string): string => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

describe('a hidden character in code', () => {
  it('is every control, format and direction character but tabs and line ends, and every letter without a shape', () => {
    const expected = all(/[\p{Cc}\p{Cf}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u).filter(
      (character) => !/[\t\n\r]/.test(character),
    );
    expect(expected.length).toBeGreaterThan(4000);
    for (const character of expected) {
      const text = `a${character}b`;
      expect(findHiddenCharacters(text, 'code'), name(character)).toEqual([name(character)]);
      expect(showHiddenCharacters(text, 'code')).toBe(`a[${name(character)}]b`);
      expect(removeHiddenCharacters(text, 'code')).toBe('ab');
    }
  });

  it('is nothing else', () => {
    const others = all(/[^\p{Cc}\p{Cf}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u).join('');
    expect(hasHiddenCharacters(others, 'code')).toBe(false);
    expect(hasHiddenCharacters('\ta\n\r\nb', 'code')).toBe(false);
  });

  it.each([
    ['text that runs backwards', 'if (role != "user\u202E \u2066// admin\u2069 \u2066") {', ['U+202E', 'U+2066', 'U+2069']],
    ['an instruction in tag letters', `a${String.fromCodePoint(0xe0069, 0xe0067)}`, ['U+E0067', 'U+E0069']],
    ['a control sequence of a terminal', '\u001b]0;x\u0007', ['U+0007', 'U+001B']],
    ['a name of no letters', 'const \u3164 = 1;', ['U+3164']],
    ['joiners in a name', 'us\u200Der', ['U+200D']],
    ['a run of variation selectors', '😀\uFE0F\uFE0E\u{E0101}', ['U+E0101', 'U+FE0E']],
    ['a flag that no country has', '\u{1F3F4}\u{E0061}\u{E0062}\u{E007F}', ['U+E0061', 'U+E0062', 'U+E007F']],
    ['a soft hyphen', 'pass\u00ADword', ['U+00AD']],
    ['a mark of the encoding in the middle', 'a\uFEFFb', ['U+FEFF']],
    ['a zero-width space', 'a\u200Bb', ['U+200B']],
    ['a name of Korean fillers', 'const \u115F\u1160 = 1;', ['U+115F', 'U+1160']],
    ['a variation selector in a name', 'user_\uFE0Fid', ['U+FE0F']],
    ['a variation selector behind a digit', 'x1\uFE0F', ['U+FE0F']],
  ])('is found: %s', (_name, code, found) => {
    expect(findHiddenCharacters(code, 'code')).toEqual(found);
  });
});

describe('an ordinary character', () => {
  it.each([
    ['families, professions and skin', '👨‍👩‍👧‍👦 👩🏽‍💻 🏳️‍🌈 ❤️‍🔥 🧑‍🚀'],
    ['keys and signs', '1️⃣ #️⃣ ©️ ™️ ☺︎ ➡️'],
    ['the flags of England, Scotland and Wales', '🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🏴󠁧󠁢󠁷󠁬󠁳󠁿'],
    ['Persian', 'می‌خواهم کتاب‌ها را ببینم'],
    ['Hindi', 'क्‍ष श्‌र'],
    ['Malayalam', 'അവന്‍ പറഞ്ഞു'],
    ['Sinhala', 'ශ්‍රී ලංකා'],
    ['Khmer with invisible spaces', 'ខ្ញុំ​ទៅ'],
    ['Korean syllables by their parts', '\u1100\u1161\u11A8 \u115F\u1161 \u1100\u1160'],
    ['a variant of a Chinese character', '葛󠄀城'],
    ['a mark of the encoding at the start', '\uFEFFint main'],
    ['spaces that are seen', 'a\u00A0b\u3000c\u202Fd'],
  ])('in code and in prose: %s', (_name, text) => {
    expect(findHiddenCharacters(text, 'code')).toEqual([]);
    expect(findHiddenCharacters(text, 'prose')).toEqual([]);
  });

  it.each([
    ['where a word may be broken', 'Donau\u00ADdampf\u00ADschiff'],
    ['a mark of direction beside Hebrew', 'שלום\u200F!'],
    ['a mark of direction beside Arabic', 'C++\u200E مرحبا'],
    ['signs over Arabic digits', '\u0600\u0661\u06DD'],
  ])('in prose alone: %s', (_name, text) => {
    expect(findHiddenCharacters(text, 'prose')).toEqual([]);
    expect(hasHiddenCharacters(text, 'code')).toBe(true);
  });
});

describe('removing and showing hidden characters', () => {
  it('leaves none', () => {
    const character = fc.constantFrom(
      'a',
      ' ',
      '👩',
      '💻',
      'क',
      'م',
      '\u200D',
      '\u200C',
      '\u200B',
      '\uFE0F',
      '\u202E',
      '\u00AD',
      '\uFEFF',
      '\u{E0061}',
      '\n',
      '葛',
    );
    fc.assert(
      fc.property(
        fc.array(character, { maxLength: 20 }),
        fc.constantFrom<['prose', 'code'][number]>('prose', 'code'),
        (characters, kind) => {
          const text = characters.join('');
          expect(hasHiddenCharacters(showHiddenCharacters(text, kind), kind)).toBe(false);
          expect(hasHiddenCharacters(removeHiddenCharacters(text, kind), kind)).toBe(false);
        },
      ),
    );
  });
});

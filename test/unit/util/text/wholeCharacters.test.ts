import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ellipsize,
  firstGraphemes,
  sliceFromEnd,
  sliceFromStart,
  sliceGraphemes,
  sliceWhole,
  toWellFormed,
  withoutLastHalf,
} from '../../../../src/util/text/wholeCharacters';
import { astralText, isWellFormed, utf16Text } from '../../../fixtures/astralText';

describe('sliceFromStart and sliceFromEnd', () => {
  it('return text that begins or ends the whole, is well-formed, and is at most one unit shorter than asked for', () => {
    fc.assert(
      fc.property(astralText(), fc.nat(60), (text, max) => {
        const [head, tail] = [sliceFromStart(text, max), sliceFromEnd(text, max)];
        expect(text.startsWith(head)).toBe(true);
        expect(text.endsWith(tail)).toBe(true);
        for (const part of [head, tail]) {
          expect(isWellFormed(part)).toBe(true);
          expect(part.length).toBeLessThanOrEqual(max);
          expect(part.length).toBeGreaterThanOrEqual(Math.min(text.length, max) - 1);
        }
      }),
    );
  });

  it('return the whole text where it is short enough, whatever is in it', () => {
    fc.assert(
      fc.property(utf16Text(), fc.nat(5), (text, more) => {
        expect(sliceFromStart(text, text.length + more)).toBe(text);
        expect(sliceFromEnd(text, text.length + more)).toBe(text);
      }),
    );
  });

  it('leave out an emoji that the limit would split', () => {
    expect(sliceFromStart('x'.repeat(999) + '🙂', 1000)).toBe('x'.repeat(999));
    expect(sliceFromEnd('🙂' + 'x'.repeat(999), 1000)).toBe('x'.repeat(999));
    expect([sliceFromStart('🙂', 1), sliceFromEnd('🙂', 1), sliceFromStart('ab', 0), sliceFromEnd('ab', 0)]).toEqual(['', '', '', '']);
  });
});

describe('sliceWhole', () => {
  it('returns the characters that lie wholly between two indices', () => {
    fc.assert(
      fc.property(astralText(), fc.nat(40), fc.nat(40), (text, start, end) => {
        const part = sliceWhole(text, start, end);
        expect(isWellFormed(part)).toBe(true);
        let [at, expected] = [0, ''];
        for (const character of text) {
          if (at >= start && at + character.length <= end) expected += character;
          at += character.length;
        }
        expect(part).toBe(expected);
      }),
    );
  });

  it('returns nothing for two indices inside one character', () => {
    expect(sliceWhole('a🙂b', 2, 2)).toBe('');
    expect([0, 1, 3, 4].map((index) => sliceWhole('a🙂b', index, index + 1))).toEqual(['a', '', 'b', '']);
    expect(sliceWhole('a🙂b', -1, 9)).toBe('a🙂b');
  });
});

describe('withoutLastHalf', () => {
  it('leaves out half a character at the end, and nothing of a whole one', () => {
    expect(['a🙂'.slice(0, 2), 'a🙂', 'a', ''].map(withoutLastHalf)).toEqual(['a', 'a🙂', 'a', '']);
  });
});

describe('toWellFormed', () => {
  it('replaces lone halves, and keeps everything else and the length', () => {
    fc.assert(
      fc.property(utf16Text(), (text) => {
        const result = toWellFormed(text);
        expect(isWellFormed(result)).toBe(true);
        expect(result).toHaveLength(text.length);
        // As UTF-8 has it, where a lone half cannot be written.
        expect(result).toBe(Buffer.from(text, 'utf8').toString('utf8'));
      }),
    );
  });

  it('returns well-formed text as it is', () => {
    fc.assert(
      fc.property(astralText(), (text) => {
        expect(toWellFormed(text)).toBe(text);
      }),
    );
  });
});

describe('sliceGraphemes', () => {
  it('returns the characters that lie wholly between two indices', () => {
    // Without flags, which are pairs in a run that may be long.
    const text = fc.string({ unit: fc.constantFrom('🙂', '👨‍👩‍👧‍👦', '👍🏽', 'e\u0301', 'a', '你', ' '), maxLength: 60 });
    fc.assert(
      fc.property(text, fc.nat(200), fc.nat(200), (text, start, end) => {
        let [at, expected] = [0, ''];
        for (const one of firstGraphemes(text, 1000)) {
          if (at >= start && at + one.length <= end) expected += one;
          at += one.length;
        }
        expect(sliceGraphemes(text, start, end)).toBe(expected);
      }),
    );
  });
});

describe('ellipsize', () => {
  it.each([
    ['a family', '👨‍👩‍👧‍👦'],
    ['a flag', '🇩🇪'],
    ['a skin colour', '👍🏽'],
    ['an accent that stands for itself', 'e\u0301'],
    ['a keycap', '1️⃣'],
    ['Hangul in parts', '\u1112\u1161\u11ab'],
  ])('never splits %s', (_, one) => {
    expect(ellipsize(one.repeat(3), 3)).toBe(one.repeat(3));
    expect(ellipsize(one.repeat(4), 3)).toBe(`${one.repeat(2)}…`);
    expect(firstGraphemes(one.repeat(4), 2)).toEqual([one, one]);
  });

  it('shows at most so many characters, and well-formed text', () => {
    fc.assert(
      fc.property(astralText(), fc.nat(20), (text, max) => {
        const short = ellipsize(text, max);
        expect(isWellFormed(short)).toBe(true);
        expect(firstGraphemes(short, 100).length).toBeLessThanOrEqual(Math.max(1, max));
        if (!short.endsWith('…')) expect(text.startsWith(short)).toBe(true);
      }),
    );
  });

  it('bounds a single character that would never end', () => {
    const short = ellipsize(`a${'\u0301'.repeat(1_000_000)}b`, 60);
    expect(short.length).toBeLessThan(100);
    expect(short).toMatch(/^a\u0301+…$/);
  });
});

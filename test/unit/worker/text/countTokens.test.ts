import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countTokens } from '../../../../src/worker/text/countTokens';

/** A vocabulary of UTF-16 units that refuses half a character, as a real one would count it for several tokens. */
const units = {
  encode: (text: string): readonly number[] => {
    expect(text).not.toMatch(/\p{Surrogate}/u);
    return Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  },
  encodeInside: (text: string): readonly number[] => units.encode(text),
};

describe('countTokens', () => {
  it('counts each text by itself, an empty one as nothing', async () => {
    expect(await countTokens(['abc', '', 'de'], units)).toEqual([3, 0, 2]);
    expect(await countTokens([], units)).toEqual([]);
  });

  it('counts long texts in pieces that lose nothing and split no character', async () => {
    const line = fc.constantFrom('a', '\n', '😀', 'x'.repeat(5000), '😀'.repeat(5000));
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
        const text = lines.join('');
        expect(await countTokens([text], units)).toEqual([text.length]);
      }),
    );
  });

  it('lets others have their turn between two pieces', async () => {
    let turns = 0;
    const other = setInterval(() => turns++, 0);
    await countTokens(['line\n'.repeat(200_000)], {
      ...units,
      encode: () => [],
      encodeInside: () => {
        const until = performance.now() + 1;
        while (performance.now() < until);
        return [];
      },
    });
    clearInterval(other);
    expect(turns).toBeGreaterThan(1);
  });
});

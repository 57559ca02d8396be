import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueAfter, Vocabulary } from '../../../../src/worker/model/vocabulary';

const texts = ['', ' ', 'r', 're', ' re', ' ret', ' return', ' returns', ' res', 'turn', 'u', '\uFFFD', ' result', '\n', 'return'];
const vocabulary = vocabularyWith(texts);

function vocabularyWith(all: readonly string[]): Vocabulary {
  return new Vocabulary(() => new Map(all.entries()));
}

const beginning = (text: string): readonly string[] =>
  vocabulary
    .beginning(text)
    .map((token) => texts[token] ?? '')
    .sort();

describe('Vocabulary', () => {
  it('finds the tokens an answer with a given beginning can begin with', () => {
    expect(beginning(' ret')).toEqual([' ', ' re', ' ret', ' return', ' returns']);
    expect(beginning('ret')).toEqual(['r', 're', 'return']);
    expect(beginning(' x')).toEqual([' ']);
    expect(beginning('x')).toEqual([]);
  });

  it('finds all of them and no others', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 5 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 30 }), text, (all, wanted) => {
        const right = all.flatMap((each, token) => (each !== '' && wanted !== '' && fits(each, wanted) ? [token] : []));
        if (wanted !== '') expect([...vocabularyWith(all).beginning(wanted)].sort((a, b) => a - b)).toEqual(right);
      }),
    );
  });

  it('reads the tokens once, and not before they are wanted', () => {
    let reads = 0;
    const counted = new Vocabulary(() => {
      reads++;
      return new Map(texts.entries());
    });
    expect(reads).toBe(0);
    counted.beginning('a');
    expect(counted.textOf(1)).toBe(' ');
    expect(reads).toBe(1);
  });
});

function fits(token: string, text: string): boolean {
  return token.startsWith(text) || text.startsWith(token);
}

describe('what is due of a beginning', () => {
  const due = (text: string, tokens: readonly string[]): string | undefined =>
    dueAfter(
      { text, vocabulary },
      tokens.map((token) => texts.indexOf(token)),
    );

  it('grows less with each token, and nothing is due once it has been said', () => {
    expect(due(' ret', [])).toBe(' ret');
    expect(due(' ret', [' re'])).toBe('t');
    expect(due(' ret', [' re', 'turn'])).toBe('');
    expect(due(' ret', [' returns', 'u'])).toBe('');
    expect(due('', [' res'])).toBe('');
  });

  it('is not known when something else was said', () => {
    expect(due(' ret', [' res'])).toBeUndefined();
    expect(due(' ret', [' re', 'u'])).toBeUndefined();
    expect(due(' ret', [''])).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import type { Position } from '../../../bench/completion/completionPositions';
import { duplicatesSuffix, qualityRows, scoresOf, type Shown } from '../../../bench/completion/completionQualityScores';

const position: Position = {
  kind: 'line',
  language: 'typescript',
  path: 'a.ts',
  prefix: 'function f() {\n  return ',
  missing: 'first + second;',
  suffix: '\n  log(done);\n}\n',
};
const inside: Position = { ...position, kind: 'inside', prefix: 'call(', missing: 'a, b', suffix: ');\nnext();\n' };

const at = (text: string, errors: number | undefined = 0, where = position): Shown => ({ position: where, text, errors });

describe('scores of ghost text', () => {
  it('count what is shown and what of it is kept', () => {
    const scores = scoresOf('x', [at('first + third;'), at(''), at('first + second;\n  other();')]);
    expect(scores).toMatchObject({ positions: 3, shown: 0.667, shownCharacters: 40, keptCharacters: 8 + 18 });
    expect(scores.kept).toBeCloseTo(26 / 40, 3);
    expect(scores.exactLine).toBe(0.5);
  });

  it('leave out what a text only stands in the place of', () => {
    const closed: Position = { ...inside, suffix: ')\nnext();\n' };
    const replacing = { ...at('a, b)\nnext', 0, closed), replaces: 1 };
    expect(scoresOf('x', [replacing])).toMatchObject({ shownCharacters: 9, keptCharacters: 9 });
    expect(scoresOf('x', [{ ...at('a, c).x', 0, closed), replaces: 1 }])).toMatchObject({ shownCharacters: 6, keptCharacters: 3 });
  });

  it('know a line for right with and without what closes it already', () => {
    expect(scoresOf('x', [at('a, b', 0, inside), at('a, b);', 0, inside), at('a, c', 0, inside)]).exactLine).toBe(0.667);
  });

  it('measure similarity against as many lines', () => {
    expect(scoresOf('x', [at('first + second;')]).similarity).toBe(1);
    expect(scoresOf('x', [at('first + second;\n  log(gone);')]).similarity).toBe(figureOf(1 - 1 / 28));
    expect(scoresOf('x', [at('a, c', 0, inside)]).similarity).toBe(0.75);
  });

  it('leave what cannot be parsed out of the share that parses', () => {
    expect(scoresOf('x', [at('a', 0), at('b', 2), { ...at('c'), errors: undefined }])).toMatchObject({ parses: 0.5, syntaxErrors: 1 });
  });

  it('find a token of a template that the file does not have', () => {
    expect(scoresOf('x', [at('a <|endoftext|> b'), at('</s>'), at('a < b | c > d'), at('list<s>')]).leakedTokens).toBe(3);
    expect(scoresOf('x', [at('</s>', 0, { ...position, suffix: '\n"</s>"' })]).leakedTokens).toBe(0);
  });
});

describe('a duplicated suffix', () => {
  it.each([
    ['the next line once more', { position, text: 'first;\n  log(done);' }, true],
    ['another line', { position, text: 'first;\n  log(other);' }, false],
    [
      'a line that is missing and stands there twice',
      { position: { ...position, missing: 'a;\n  log(done);' }, text: 'a;\n  log(done);' },
      false,
    ],
    ['a bracket that is closed', { position: inside, text: 'c);' }, true],
    ['a bracket of its own', { position: inside, text: 'c(d)' }, false],
    ['what is missing', { position: { ...inside, missing: 'a(b)' }, text: 'a(b)' }, false],
  ] as const)('%s', (_, shown, expected) => {
    expect(duplicatesSuffix(shown)).toBe(expected);
  });
});

describe('the bars of ghost-quality', () => {
  const bare = scoresOf('bare', [at('first + third;\n  x', 3), at('wrong', 1), at('wrong', 1)]);
  const line = scoresOf('line', [at('first + third;', 1), at('wrong', 0), at('wrong', 1)]);

  it('hold where ours shows less that is wrong', () => {
    const ours = scoresOf('ours', [at('first + second;'), at('first ='), at('')]);
    expect(qualityRows(ours, bare, line).map(({ holds }) => holds)).toEqual([true, true, true, true, true, true, true]);
  });

  it('do not hold where ours is the bare model', () => {
    expect(qualityRows(bare, bare, line).map(({ holds }) => holds)).toEqual([false, false, true, true, false, true, true]);
  });
});

function figureOf(value: number): number {
  return Number(value.toPrecision(3));
}

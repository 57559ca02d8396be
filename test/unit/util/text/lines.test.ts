import { describe, expect, it } from 'vitest';
import { getIndent, isBlank, splitLines, toOneLine, trimBlankLines } from '../../../../src/util/text/lines';

describe('splitLines', () => {
  it('splits at every kind of line end', () => {
    expect(splitLines('a\nb\r\nc\rd')).toEqual(['a', 'b', 'c', 'd']);
  });

  it('has an empty last line where the text ends with a line break', () => {
    expect(splitLines('a\n')).toEqual(['a', '']);
    expect(splitLines('')).toEqual(['']);
  });
});

describe('isBlank', () => {
  it.each([
    ['', true],
    [' \t\u3000', true],
    [' a', false],
  ])('of %j is %s', (line, blank) => {
    expect(isBlank(line)).toBe(blank);
  });
});

describe('trimBlankLines', () => {
  it('drops blank lines at both ends and keeps those inside', () => {
    expect(trimBlankLines(['', ' ', 'a', '', 'b', '\t'])).toEqual(['a', '', 'b']);
  });

  it('leaves nothing of blank lines alone', () => {
    expect(trimBlankLines(['', ' '])).toEqual([]);
    expect(trimBlankLines([])).toEqual([]);
  });
});

describe('getIndent', () => {
  it.each([
    ['  \ta b ', '  \t'],
    ['a', ''],
    ['  ', '  '],
    ['\u3000a', '\u3000'],
  ])('of %j is %j', (line, indent) => {
    expect(getIndent(line)).toBe(indent);
  });
});

describe('toOneLine', () => {
  it('makes one space of each run of white space, line breaks included', () => {
    expect(toOneLine('a\r\n  b\tc ')).toBe('a b c ');
  });
});

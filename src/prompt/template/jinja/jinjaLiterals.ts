import { TemplateLimitError } from './jinjaBudget';

/** A literal's text as the parser takes it, and where the source goes on. */
interface Literal {
  readonly text: string;
  readonly end: number;
}

export function isNameStart(character: string): boolean {
  return /[\p{L}\p{Nl}_]/u.test(character);
}

export function isNamePart(character: string): boolean {
  return /[\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]/u.test(character);
}

/** Reads a number: an integer, or a float written with a point. `isIndex` is true behind a dot, where no point belongs to it. */
export function readNumber(source: string, start: number, isIndex: boolean): Literal {
  const pattern = isIndex ? /[0-9]+/y : /[0-9](?:_?[0-9])*(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?/y;
  pattern.lastIndex = start;
  const written = pattern.exec(source)?.[0] ?? '';
  const end = start + written.length;
  const plain = written.replaceAll('_', '');
  if (!/[.eE]/.test(plain)) {
    if (!Number.isSafeInteger(Number(plain))) throw new TemplateLimitError('it has a number too large');
    return { text: plain, end };
  }
  // The parser tells a float by its point.
  const text = String(Number(plain));
  return { text: text.includes('.') ? text : text.replace(/(e|$)/, '.0$1'), end };
}

const escapes: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const hexLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Reads a string with Python's escapes. A backslash before any other character stays. */
export function readString(source: string, start: number): Literal {
  const quote = source.charAt(start);
  let text = '';
  let at = start + 1;
  for (;;) {
    const character = source.charAt(at);
    if (character === '') throw new SyntaxError('a string does not end');
    if (character === quote) return { text, end: at + 1 };
    if (character !== '\\') {
      text += character;
      at++;
      continue;
    }
    const escape = readEscape(source, at + 1);
    text += escape.text;
    at = escape.end;
  }
}

function readEscape(source: string, at: number): Literal {
  const letter = source.charAt(at);
  const plain = escapes[letter];
  if (plain !== undefined) return { text: plain, end: at + 1 };
  const length = hexLengths[letter];
  if (length !== undefined) {
    const digits = source.slice(at + 1, at + 1 + length);
    const code = /^[0-9a-fA-F]+$/.test(digits) && digits.length === length ? parseInt(digits, 16) : NaN;
    if (!(code <= 0x10ffff)) throw new SyntaxError(`'\\${letter}${digits}' is no character`);
    return { text: String.fromCodePoint(code), end: at + 1 + length };
  }
  const octal = /^[0-7]{1,3}/.exec(source.slice(at, at + 3))?.[0];
  if (octal !== undefined) return { text: String.fromCodePoint(parseInt(octal, 8)), end: at + octal.length };
  return { text: `\\${letter}`, end: at + 1 };
}

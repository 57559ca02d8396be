import { CLOSING_BRACKETS } from '../../../util/text/brackets';
import { strip, stripEnd } from '../../../util/text/strip';
import { isNamePart, isNameStart, readNumber, readString } from './jinjaLiterals';

/** A token as the parser of @huggingface/jinja takes it. */
export interface Token {
  readonly type: string;
  readonly value: string;
  /** Number of the innermost pair of brackets around it: the parser leaves brackets out of its tree. */
  readonly group: number;
}

/** The source breaks Jinja's syntax. */
export class TemplateSyntaxError extends Error {
  override readonly name = 'TemplateSyntaxError';
}

type Sign = '-' | '+' | '';

/** Operators, longest first. */
const operators: readonly (readonly [text: string, type: string])[] = [
  ['//', 'MultiplicativeBinaryOperator'],
  ['**', 'ExponentiationBinaryOperator'],
  ['==', 'ComparisonBinaryOperator'],
  ['!=', 'ComparisonBinaryOperator'],
  ['<=', 'ComparisonBinaryOperator'],
  ['>=', 'ComparisonBinaryOperator'],
  ['<', 'ComparisonBinaryOperator'],
  ['>', 'ComparisonBinaryOperator'],
  ['+', 'AdditiveBinaryOperator'],
  ['-', 'AdditiveBinaryOperator'],
  ['~', 'AdditiveBinaryOperator'],
  ['*', 'MultiplicativeBinaryOperator'],
  ['/', 'MultiplicativeBinaryOperator'],
  ['%', 'MultiplicativeBinaryOperator'],
  ['=', 'Equals'],
  ['(', 'OpenParen'],
  [')', 'CloseParen'],
  ['[', 'OpenSquareBracket'],
  [']', 'CloseSquareBracket'],
  ['{', 'OpenCurlyBracket'],
  ['}', 'CloseCurlyBracket'],
  [',', 'Comma'],
  ['.', 'Dot'],
  [':', 'Colon'],
  ['|', 'Pipe'],
];

/**
 * Splits a template as Jinja's own lexer does with `trim_blocks` and `lstrip_blocks`, in one pass over the source. The lexer of
 * @huggingface/jinja has a regular expression that is quadratic in white space, and cuts white space inside strings as well.
 */
export function tokenizeTemplate(source: string): readonly Token[] {
  return new Lexer(source).read();
}

class Lexer {
  private readonly source: string;
  private readonly tokens: Token[] = [];
  private at = 0;
  private lineStarts = true;
  private endSign: Sign = '';
  private group = 0;
  private groups = 0;

  constructor(source: string) {
    const text = source.includes('\r') ? source.replaceAll('\r\n', '\n').replaceAll('\r', '\n') : source;
    this.source = text.endsWith('\n') ? text.slice(0, -1) : text;
  }

  read(): readonly Token[] {
    while (this.at < this.source.length) {
      const tag = this.nextTag();
      this.addText(this.source.slice(this.at, tag), tag);
      this.at = tag;
      if (tag < this.source.length) this.readTag();
    }
    return this.tokens;
  }

  private nextTag(): number {
    for (let at = this.source.indexOf('{', this.at); at >= 0; at = this.source.indexOf('{', at + 1)) {
      const next = this.source.charAt(at + 1);
      if (next === '{' || next === '%' || next === '#') return at;
    }
    return this.source.length;
  }

  /** Adds the text before a tag, without the white space that the tag takes away. */
  private addText(text: string, tag: number): void {
    const kept = tag < this.source.length ? this.trimBefore(text, this.signAt(tag + 2), this.source.charAt(tag + 1) !== '{') : text;
    if (kept !== '') this.add('Text', kept);
  }

  private trimBefore(text: string, sign: Sign, isBlock: boolean): string {
    if (sign === '-') return stripEnd(text);
    if (sign === '+' || !isBlock) return text;
    const line = text.lastIndexOf('\n') + 1;
    return (line > 0 || this.lineStarts) && line < text.length && strip(text.slice(line)) === '' ? text.slice(0, line) : text;
  }

  private signAt(at: number): Sign {
    const sign = this.source.charAt(at);
    return sign === '-' || sign === '+' ? sign : '';
  }

  private readTag(): void {
    const kind = this.source.charAt(this.at + 1);
    if (kind === '#') {
      this.skipComment();
      return;
    }
    this.at += 2 + this.signAt(this.at + 2).length;
    const first = this.tokens.length;
    this.add(kind === '{' ? 'OpenExpression' : 'OpenStatement', kind === '{' ? '{{' : '{%');
    this.readInside(kind === '{' ? '}}' : '%}');
    const name = kind === '%' ? this.tokens[first + 1] : undefined;
    const isBare = this.tokens.length === first + 3;
    if (name?.type !== 'Identifier' || !isBare) return;
    if (name.value === 'raw') {
      this.tokens.length = first;
      this.readRaw();
    }
    // transformers marks answers by this block. It changes nothing of the text.
    if (name.value === 'generation' || name.value === 'endgeneration') this.tokens.length = first;
  }

  private skipComment(): void {
    const end = this.source.indexOf('#}', this.at + 2);
    if (end < 0) throw new TemplateSyntaxError('a comment does not end');
    this.endTag(end, end - 1 < this.at + 2 ? '' : this.signAt(end - 1), true);
  }

  private readInside(end: '}}' | '%}'): void {
    const open: { readonly close: string; readonly group: number }[] = [];
    for (;;) {
      while (strip(this.source.charAt(this.at)) === '' && this.at < this.source.length) this.at++;
      if (this.at >= this.source.length) throw new TemplateSyntaxError('a tag does not end');
      if (open.length === 0 && this.endsHere(end)) return;
      const last = open.at(-1);
      const operator = this.readToken();
      const close = CLOSING_BRACKETS.get(operator);
      if (close !== undefined) {
        open.push({ close, group: this.group });
        this.group = ++this.groups;
      } else if (operator === ')' || operator === ']' || operator === '}') {
        if (last?.close !== operator) throw new TemplateSyntaxError(`unexpected '${operator}'`);
        this.group = last.group;
        open.pop();
      }
    }
  }

  /** Ends the tag if its closing mark, with or without a sign, stands here. */
  private endsHere(end: '}}' | '%}'): boolean {
    const signed = this.signAt(this.at);
    const sign = signed === '+' && end === '}}' ? '' : signed;
    if (!this.source.startsWith(end, this.at + sign.length)) return false;
    this.add(end === '}}' ? 'CloseExpression' : 'CloseStatement', end);
    this.endTag(this.at + sign.length, sign, end === '%}');
    return true;
  }

  private endTag(end: number, sign: Sign, isBlock: boolean): void {
    this.at = end + 2;
    this.endSign = sign;
    if (sign === '-') while (this.at < this.source.length && strip(this.source.charAt(this.at)) === '') this.at++;
    else if (sign === '' && isBlock && this.source.charAt(this.at) === '\n') this.at++;
    this.lineStarts = this.source.charAt(this.at - 1) === '\n';
  }

  /** Reads text up to `{% endraw %}`. */
  private readRaw(): void {
    // Jinja's lexer leaves the line's end behind `{% raw %}` in the text.
    if (this.endSign === '' && this.source.startsWith('%}\n', this.at - 3)) this.at--;
    const start = this.at;
    for (let tag = this.source.indexOf('{%', start); tag >= 0; tag = this.source.indexOf('{%', tag + 2)) {
      const sign = this.signAt(tag + 2);
      const name = this.skipSpace(tag + 2 + sign.length);
      const end = this.skipSpace(name + 'endraw'.length);
      const endSign = this.signAt(end);
      if (!this.source.startsWith('endraw', name) || !this.source.startsWith('%}', end + endSign.length)) continue;
      this.lineStarts = this.source.charAt(start - 1) === '\n';
      const text = this.trimBefore(this.source.slice(start, tag), sign, true);
      if (text !== '') this.add('Text', text);
      this.endTag(end + endSign.length, endSign, true);
      return;
    }
    throw new TemplateSyntaxError('a raw block does not end');
  }

  private skipSpace(from: number): number {
    let at = from;
    while (at < this.source.length && strip(this.source.charAt(at)) === '') at++;
    return at;
  }

  /** @returns the operator that was read, or an empty text for another token */
  private readToken(): string {
    const character = this.source.charAt(this.at);
    if (character === "'" || character === '"') {
      const { text, end } = readString(this.source, this.at);
      this.at = end;
      this.add('StringLiteral', text);
      return '';
    }
    if (/[0-9]/.test(character)) {
      const { text, end } = readNumber(this.source, this.at, this.tokens.at(-1)?.type === 'Dot');
      this.at = end;
      this.add('NumericLiteral', text);
      return '';
    }
    if (isNameStart(character)) {
      let end = this.at + 1;
      while (end < this.source.length && isNamePart(this.source.charAt(end))) end++;
      this.add('Identifier', this.source.slice(this.at, end));
      this.at = end;
      return '';
    }
    const operator = operators.find(([text]) => this.source.startsWith(text, this.at));
    if (!operator) throw new TemplateSyntaxError(`unexpected '${character}'`);
    this.add(operator[1], operator[0]);
    this.at += operator[0].length;
    return operator[0];
  }

  private add(type: string, value: string): void {
    this.tokens.push({ type, value, group: this.group });
  }
}

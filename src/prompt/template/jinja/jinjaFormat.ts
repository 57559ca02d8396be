import type { RenderBudget } from './jinjaBudget';
import { formatFloat, toRepr, toText } from './jinjaText';
import { Float, isDict, isList, TemplateRefusal, toKey, toNumber, Tuple, typeName, type CallArguments, type Value } from './jinjaValues';

interface NumberStyle {
  /** `+` or a space shows a place for the sign of positive numbers. */
  readonly sign: string;
  readonly precision: number | undefined;
  readonly type: string;
}

/** Python's `text % values`, with the conversions s, r, d, i, u, f, e, g, x, X, o, c and %. */
export function formatPercent(pattern: string, values: Value, budget: RenderBudget): string {
  budget.chargeCharacters(pattern);
  const items = values instanceof Tuple ? values.items : [values];
  const parts: string[] = [];
  let used = 0;
  let from = 0;
  for (const match of pattern.matchAll(/%(?:\(([^)]{0,100})\))?([-+ 0#]{0,5})(\d{0,6})(?:\.(\d{0,6}))?([a-zA-Z%])/g)) {
    const [whole, key, flags = '', width = '', precision, type = ''] = match;
    parts.push(pattern.slice(from, match.index));
    from = match.index + whole.length;
    if (type === '%') {
      parts.push('%');
      continue;
    }
    const value = key === undefined ? items[used++] : lookUp(values, key);
    if (value === undefined) throw new TemplateRefusal('not enough arguments for format string');
    const sign = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
    const text = convert(value, { sign, type, precision: precision === undefined ? undefined : Number(precision) }, budget);
    const isZeroFilled = flags.includes('0') && !flags.includes('-') && toNumber(value) !== undefined;
    parts.push(
      pad(
        text,
        { fill: isZeroFilled ? '0' : ' ', align: flags.includes('-') ? '<' : isZeroFilled ? '=' : '>', width: Number(width) },
        budget,
      ),
    );
  }
  const rest = pattern.slice(from);
  if (rest.includes('%')) throw new TemplateRefusal('unsupported format string');
  const isLeftOver = values instanceof Tuple ? used < items.length : used === 0 && items.length > 0 && !isDict(values) && !isList(values);
  if (isLeftOver) throw new TemplateRefusal('not all arguments converted during string formatting');
  return budget.join([...parts, rest]);
}

function lookUp(values: Value, key: string): Value {
  if (!isDict(values)) throw new TemplateRefusal('format requires a mapping');
  const value = values.get(key);
  if (value === undefined) throw new TemplateRefusal(`'${key}'`);
  return value;
}

function convert(value: Value, style: NumberStyle, budget: RenderBudget): string {
  if (style.type === 's' || style.type === 'r' || style.type === 'a') {
    const text = style.type === 's' ? toText(value, budget) : toRepr(value, budget);
    return style.precision === undefined ? text : Array.from(text).slice(0, style.precision).join('');
  }
  if (style.type === 'c') return typeof value === 'number' ? String.fromCodePoint(value) : toText(value, budget);
  const number = toNumber(value);
  if (number === undefined) throw new TemplateRefusal(`%${style.type} format: a real number is required, not ${typeName(value)}`);
  const type = 'iu'.includes(style.type) ? 'd' : style.type;
  return formatNumber('doxX'.includes(type) ? Math.trunc(number) : number, { ...style, type }, budget);
}

/** A number by the type letter of a format; the sign is in front. */
function formatNumber(number: number, { sign, precision, type }: NumberStyle, budget: RenderBudget): string {
  budget.chargeWidth(precision ?? 0);
  const size = Math.abs(number);
  const prefix = number < 0 || Object.is(number, -0) ? '-' : sign;
  const digits = precision ?? 6;
  switch (type) {
    case 'd':
      return prefix + String(size);
    case 'x':
      return prefix + size.toString(16);
    case 'X':
      return prefix + size.toString(16).toUpperCase();
    case 'o':
      return prefix + size.toString(8);
    case 'b':
      return prefix + size.toString(2);
    case 'f':
    case 'F':
      return prefix + toFixed(size, digits);
    case '%':
      return `${prefix}${toFixed(size * 100, digits)}%`;
    case 'e':
    case 'E': {
      const text = size.toExponential(Math.min(100, digits)).replace(/e([+-])(\d)$/, 'e$10$2');
      return prefix + (type === 'E' ? text.toUpperCase() : text);
    }
    case 'g':
    case 'G':
      return prefix + general(size, precision ?? 6);
    default:
      throw new TemplateRefusal(`unknown format code '${type}'`);
  }
}

function toFixed(size: number, digits: number): string {
  return size.toFixed(Math.min(100, digits));
}

function general(size: number, precision: number): string {
  const digits = Math.min(100, Math.max(1, precision));
  const exponent = size === 0 ? 0 : Number(size.toExponential(digits - 1).split('e')[1]);
  if (exponent < -4 || exponent >= digits) {
    const [mantissa = '', power = ''] = size.toExponential(digits - 1).split('e');
    return `${dropZeros(mantissa)}e${power.charAt(0)}${power.slice(1).padStart(2, '0')}`;
  }
  return dropZeros(size.toFixed(Math.min(100, Math.max(0, digits - 1 - exponent))));
}

function dropZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

interface Padding {
  readonly fill: string;
  readonly align: string;
  readonly width: number;
}

export function pad(text: string, { fill, align, width }: Padding, budget: RenderBudget): string {
  budget.chargeWidth(width);
  const missing = width - Array.from(text).length;
  if (missing <= 0) return text;
  const left = align === '<' ? 0 : align === '^' ? Math.floor(missing / 2) : align === 'center' ? centerLeft(missing, width) : missing;
  if (align === '=') {
    const sign = /^[-+ ]/.exec(text)?.[0] ?? '';
    return sign + fill.repeat(missing) + text.slice(sign.length);
  }
  return fill.repeat(left) + text + fill.repeat(missing - left);
}

/** `str.center` puts the odd space to the left where the width is odd; a format puts it to the right. */
function centerLeft(missing: number, width: number): number {
  return Math.floor(missing / 2) + (missing & width & 1);
}

/** Python's `text.format(...)`. */
export function formatBraces(pattern: string, args: CallArguments, budget: RenderBudget): string {
  budget.chargeCharacters(pattern);
  const parts: string[] = [];
  let next = 0;
  let at = 0;
  while (at < pattern.length) {
    const character = pattern.charAt(at);
    const isDoubled = (character === '{' || character === '}') && pattern.charAt(at + 1) === character;
    if (isDoubled || (character !== '{' && character !== '}')) {
      parts.push(character);
      at += isDoubled ? 2 : 1;
      continue;
    }
    const end = pattern.indexOf('}', at);
    if (character === '}' || end < 0) throw new TemplateRefusal(`Single '${character}' encountered in format string`);
    const [, field = '', conversion, spec = ''] = /^([^!:]*)(?:!([rsa]))?(?::(.*))?$/s.exec(pattern.slice(at + 1, end)) ?? [];
    const value = findField(field === '' ? String(next++) : field, args);
    parts.push(formatSpec(conversion === 'r' ? toRepr(value, budget) : conversion === 's' ? toText(value, budget) : value, spec, budget));
    at = end + 1;
  }
  return budget.join(parts);
}

function findField(field: string, { positional, named }: CallArguments): Value {
  const [name = '', ...path] = field.split(/[.[]/);
  let value = /^\d+$/.test(name) ? positional[Number(name)] : named.get(name);
  for (const part of path) {
    const key = part.endsWith(']') ? part.slice(0, -1) : part;
    if (value === undefined || value === null || !isDict(value)) throw new TemplateRefusal(`no field '${field}'`);
    value = value.get(toKey(key));
  }
  if (value === undefined) throw new TemplateRefusal(`no argument '${field}' for format()`);
  return value;
}

function formatSpec(value: Value, spec: string, budget: RenderBudget): string {
  if (spec === '') return toText(value, budget);
  const match = /^(?:(.)?([<>=^]))?([-+ ])?#?(0)?(\d{0,6})([,_])?(?:\.(\d{1,6}))?([a-zA-Z%])?$/su.exec(spec);
  if (!match) throw new TemplateRefusal(`Invalid format specifier '${spec}'`);
  const [, fill, align, sign = '', zero, width = '', grouping, precisionText, letter] = match;
  const precision = precisionText === undefined ? undefined : Number(precisionText);
  const number = typeof value === 'string' ? undefined : toNumber(value);
  let text: string;
  if (number === undefined) {
    if (typeof value !== 'string' || (letter !== undefined && letter !== 's'))
      throw new TemplateRefusal(`unsupported format for '${typeName(value)}'`);
    text = precision === undefined ? value : Array.from(value).slice(0, precision).join('');
  } else {
    const shown = sign === '-' ? '' : sign;
    text =
      letter === undefined && precision === undefined
        ? plainNumber(value, number, shown)
        : formatNumber(number, { sign: shown, precision, type: letter ?? 'g' }, budget);
    if (grouping !== undefined) text = group(text, grouping);
  }
  const padding = {
    fill: fill ?? (zero === undefined ? ' ' : '0'),
    align: align ?? (number === undefined ? '<' : zero ? '=' : '>'),
    width: Number(width),
  };
  return pad(text, padding, budget);
}

function plainNumber(value: Value, number: number, sign: string): string {
  const text = value instanceof Float ? formatFloat(number) : String(number);
  return text.startsWith('-') ? text : sign + text;
}

function group(text: string, separator: string): string {
  const [, sign = '', whole = '', rest = ''] = /^([-+ ]?)(\d+)(.*)$/s.exec(text) ?? [];
  const first = whole.length % 3;
  const groups = first === 0 ? [] : [whole.slice(0, first)];
  for (let at = first; at < whole.length; at += 3) groups.push(whole.slice(at, at + 3));
  return sign + groups.join(separator) + rest;
}

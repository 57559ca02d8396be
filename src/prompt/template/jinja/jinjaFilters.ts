import { strip } from '../../../util/text/strip';
import { Arguments, type Filter, type FilterScope } from './jinjaArguments';
import type { RenderBudget } from './jinjaBudget';
import { formatPercent, pad } from './jinjaFormat';
import { itemAt, toInteger } from './jinjaOperators';
import { listFilters } from './jinjaListFilters';
import { capitalize, replaceText, splitLines, stripCharacters } from './jinjaMethods';
import { toJson, toText } from './jinjaText';
import {
  Float,
  isDict,
  isList,
  isTruthy,
  toItems,
  getLength,
  Namespace,
  orElse,
  Stream,
  TemplateRefusal,
  toNumber,
  Tuple,
  typeName,
  Undefined,
  type CallArguments,
  type Value,
} from './jinjaValues';

/** A filter of a text; any other value is written out first. */
const textFilter =
  (work: (text: string, args: CallArguments, budget: RenderBudget) => Value): Filter =>
  (value, args, { budget }) => {
    const text = toText(value, budget);
    budget.chargeCharacters(text);
    return work(text, args, budget);
  };

const orDefault: Filter = (value, args) => {
  const read = new Arguments('default', args, ['default_value', 'boolean']);
  const replaces = value instanceof Undefined || (isTruthy(read.find(1) ?? false) && !isTruthy(value));
  return replaces ? orElse(read.find(0), '') : value;
};

const count: Filter = (value, _, { budget }) => {
  if (typeof value === 'string') budget.chargeText(value.length);
  return getLength(value);
};

/** Python's words of a title: the first letter behind white space, a hyphen or an opening bracket is large. */
function toTitle(text: string): string {
  return text.replace(/([-\s({[<]*)([^-\s({[<]*)/gu, (_, gap: string, word: string) => gap + capitalize(word));
}

const jsonFilter: Filter = (value, args, { budget }) => {
  const read = new Arguments('tojson', args, ['ensure_ascii', 'indent', 'separators', 'sort_keys']);
  const indent = read.find(1) ?? null;
  const given = read.find(2) ?? null;
  const [item, key] = given === null ? [indent === null ? ', ' : ',', ': '] : toItems(given, budget);
  if (typeof item !== 'string' || typeof key !== 'string') throw new TemplateRefusal('separators are two texts');
  const width = typeof indent === 'string' || indent === null ? 0 : read.integer(1);
  budget.chargeWidth(width);
  return toJson(
    value,
    {
      ensureAscii: isTruthy(read.find(0) ?? false),
      indent: typeof indent === 'string' ? indent : indent === null ? undefined : ' '.repeat(Math.max(0, width)),
      separators: [item, key],
      sortKeys: isTruthy(read.find(3) ?? false),
    },
    budget,
  );
};

/** Reads a number as Python does. Undefined where the text is none. */
function parseFloatText(text: string): number | undefined {
  const plain = strip(text).replace(/(\d)_(?=\d)/g, '$1');
  if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(plain)) return Number(plain);
  const special = /^([-+]?)(inf(?:inity)?|nan)$/i.exec(plain);
  if (!special) return undefined;
  return special[2]?.toLowerCase() === 'nan' ? NaN : special[1] === '-' ? -Infinity : Infinity;
}

const toInt: Filter = (value, args) => {
  const read = new Arguments('int', args, ['default', 'base']);
  const otherwise = orElse(read.find(0), 0);
  if (value instanceof Undefined) value.refuse();
  if (typeof value !== 'string') {
    const number = toNumber(value);
    return number === undefined || !Number.isFinite(number) ? otherwise : toInteger(Math.trunc(number));
  }
  const base = read.integer(1, 10);
  const digits = strip(value)
    .replace(/(\w)_(?=\w)/g, '$1')
    .toLowerCase();
  const [, sign = '', prefix = '', rest = ''] = /^([-+]?)(0[xob])?([0-9a-z]+)$/.exec(digits) ?? [];
  const bases: Readonly<Record<string, number>> = { '0x': 16, '0o': 8, '0b': 2 };
  const isWhole = rest !== '' && (prefix === '' || bases[prefix] === base) && Array.from(rest).every((digit) => parseInt(digit, 36) < base);
  if (isWhole) return toInteger(parseInt(sign + rest, base));
  const number = parseFloatText(value);
  return number === undefined || !Number.isFinite(number) ? otherwise : toInteger(Math.trunc(number));
};

const toFloat: Filter = (value, args) => {
  const read = new Arguments('float', args, ['default']);
  if (value instanceof Undefined) value.refuse();
  const number = typeof value === 'string' ? parseFloatText(value) : toNumber(value);
  return number === undefined ? orElse(read.find(0), new Float(0)) : new Float(number);
};

const absolute: Filter = (value) => {
  if (value instanceof Float) return new Float(Math.abs(value.value));
  const number = toNumber(value);
  if (number === undefined) throw new TemplateRefusal(`bad operand type for abs(): '${typeName(value)}'`);
  return Math.abs(number);
};

/** Rounds half to even, as Python does, or up or down. */
const round: Filter = (value, args) => {
  const read = new Arguments('round', args, ['precision', 'method']);
  const [precision, method] = [read.integer(0, 0), read.text(1, 'common')];
  const number = toNumber(value);
  if (number === undefined) throw new TemplateRefusal(`type ${typeName(value)} doesn't define __round__ method`);
  if (!['common', 'ceil', 'floor'].includes(method)) throw new TemplateRefusal('method must be common, ceil or floor');
  if (typeof value === 'number' && method === 'common' && precision >= 0) return value;
  const factor = 10 ** precision;
  if (method !== 'common') return new Float((method === 'ceil' ? Math.ceil(number * factor) : Math.floor(number * factor)) / factor);
  if (precision > 0 && precision <= 100) return new Float(Number(number.toFixed(precision)));
  const scaled = number * factor;
  const near = Math.round(scaled);
  const even = Math.abs(scaled - Math.trunc(scaled)) === 0.5 && near % 2 !== 0 ? near - 1 : near;
  return value instanceof Float ? new Float(even / factor) : even / factor;
};

const indent = textFilter((text, args, budget) => {
  const read = new Arguments('indent', args, ['width', 'first', 'blank']);
  const given = read.find(0);
  const width = typeof given === 'string' ? 0 : read.integer(0, 4);
  budget.chargeWidth(width);
  const indentation = typeof given === 'string' ? given : ' '.repeat(Math.max(0, width));
  const [isFirst, isBlank] = [isTruthy(read.find(1) ?? false), isTruthy(read.find(2) ?? false)];
  const lines = splitLines(`${text}\n`);
  budget.chargeItems(lines.length);
  const isIndented = (line: string, index: number): boolean => (index === 0 ? isFirst : isBlank || line !== '');
  return budget.join(
    lines.flatMap((line, index) => [...(index > 0 ? ['\n'] : []), ...(isIndented(line, index) ? [indentation] : []), line]),
  );
});

const truncate = textFilter((text, args) => {
  const read = new Arguments('truncate', args, ['length', 'killwords', 'end', 'leeway']);
  const [length, end, leeway] = [read.integer(0, 255), read.text(2, '...'), read.integer(3, 5)];
  if (length < Array.from(end).length || leeway < 0) throw new TemplateRefusal('truncate() has too little room');
  const characters = Array.from(text);
  if (characters.length <= length + leeway) return text;
  const kept = characters.slice(0, length - Array.from(end).length).join('');
  if (isTruthy(read.find(1) ?? false)) return kept + end;
  const space = kept.lastIndexOf(' ');
  return (space < 0 ? kept : kept.slice(0, space)) + end;
});

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;' };

const escape = textFilter((text) => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character));

const reverse: Filter = (value, _, { budget }) => {
  if (typeof value === 'string') {
    budget.chargeCharacters(value);
    return Array.from(value).reverse().join('');
  }
  const reversed = [...toItems(value, budget)].reverse();
  return value instanceof Stream ? reversed : new Stream(reversed);
};

const first: Filter = (value, _, { budget }) => {
  if (value instanceof Stream) return orElse(value.takeFirst(), new Undefined('first'));
  return orElse(typeof value === 'string' ? itemAt(value, 0, budget) : toItems(value, budget)[0], new Undefined('first'));
};

const last: Filter = (value, _, { budget }) => {
  if (value instanceof Stream) throw new TemplateRefusal("'generator' object is not reversible");
  return orElse(typeof value === 'string' ? itemAt(value, -1, budget) : toItems(value, budget).at(-1), new Undefined('last'));
};

const attribute: Filter = (value, args, scope) => {
  const name = new Arguments('attr', args, ['name']).text(0);
  return value instanceof Namespace ? scope.item(value, name) : new Undefined(name);
};

const filters: Readonly<Record<string, Filter>> = {
  ...listFilters,
  abs: absolute,
  attr: attribute,
  capitalize: textFilter(capitalize),
  center: textFilter((text, args, budget) =>
    pad(text, { fill: ' ', align: 'center', width: new Arguments('center', args, ['width']).integer(0, 80) }, budget),
  ),
  count,
  length: count,
  d: orDefault,
  default: orDefault,
  e: escape,
  escape,
  first,
  float: toFloat,
  format: textFilter((text, { positional, named }, budget) =>
    formatPercent(text, named.size > 0 ? new Map(named) : new Tuple(positional), budget),
  ),
  indent,
  int: toInt,
  last,
  lower: textFilter((text) => text.toLowerCase()),
  replace: textFilter(replaceText),
  reverse,
  round,
  safe: textFilter((text) => text),
  string: textFilter((text) => text),
  title: textFilter(toTitle),
  tojson: jsonFilter,
  trim: textFilter((text, args) => {
    const set = new Arguments('trim', args, ['chars']).find(0) ?? null;
    if (set !== null && typeof set !== 'string') throw new TemplateRefusal('strip arg must be None or str');
    return stripCharacters(text, set, 'both');
  }),
  truncate,
  upper: textFilter((text) => text.toUpperCase()),
  urlencode: textFilter((text) =>
    encodeURIComponent(text.replace(/\p{Cs}/gu, '\uFFFD'))
      .replace(/%2F/g, '/')
      .replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`),
  ),
  wordcount: textFilter((text) => text.match(/[\p{L}\p{N}_]+/gu)?.length ?? 0),
};

/** @throws TemplateRefusal for an unknown filter */
export function applyFilter(name: string, value: Value, args: CallArguments, scope: FilterScope): Value {
  scope.budget.spend(1);
  const filter = Object.hasOwn(filters, name) ? filters[name] : undefined;
  if (!filter) throw new TemplateRefusal(`no filter named '${name}'`);
  const result = filter(value, args, scope);
  if (typeof result === 'string') scope.budget.chargeText(result.length);
  else if (isList(result)) scope.budget.chargeItems(result.length);
  else if (result !== null && isDict(result)) scope.budget.chargeItems(result.size);
  return result;
}

import { strip } from '../../../util/text/strip';
import { Arguments } from './jinjaArguments';
import type { RenderBudget } from './jinjaBudget';
import { formatBraces, pad } from './jinjaFormat';
import {
  areEqual,
  Callable,
  toCharacters,
  DictView,
  isDict,
  isList,
  toItems,
  orElse,
  TemplateRefusal,
  toKey,
  Tuple,
  typeName,
  Undefined,
  type CallArguments,
  type Dict,
  type Value,
} from './jinjaValues';

/** A method of a text. Its arguments have Python's names. */
type TextMethod = (text: string, args: CallArguments, budget: RenderBudget) => Value;

/** A method that takes no arguments. */
const plain =
  (work: (text: string) => Value): TextMethod =>
  (text, args) => {
    new Arguments('method', args, []);
    return work(text);
  };

/** The end of a text that `lstrip`, `rstrip` or `strip` takes from. */
type End = 'start' | 'end' | 'both';

const stripping =
  (end: End): TextMethod =>
  (text, args) => {
    const set = new Arguments('strip', args, ['chars']).find(0) ?? null;
    if (set !== null && typeof set !== 'string') throw new TemplateRefusal('strip arg must be None or str');
    return stripCharacters(text, set, end);
  };

export function stripCharacters(text: string, set: string | null, end: End): string {
  const isStripped = (character: string): boolean => (set === null ? strip(character) === '' : set.includes(character));
  let [from, to] = [0, text.length];
  while (end !== 'end' && from < to) {
    const character = String.fromCodePoint(text.codePointAt(from) ?? 0);
    if (!isStripped(character)) break;
    from += character.length;
  }
  while (end !== 'start' && to > from) {
    const isPair = /[\ud800-\udbff]/.test(text.charAt(to - 2)) && /[\udc00-\udfff]/.test(text.charAt(to - 1));
    const start = isPair && to - 2 >= from ? to - 2 : to - 1;
    if (!isStripped(text.slice(start, to))) break;
    to = start;
  }
  return text.slice(from, to);
}

const padding =
  (align: string): TextMethod =>
  (text, args, budget) => {
    const read = new Arguments('ljust', args, ['width', 'fillchar']);
    return pad(text, { align, width: read.integer(0), fill: read.text(1, ' ') }, budget);
  };

const searching =
  (name: string, isLast: boolean, mustExist: boolean): TextMethod =>
  (text, args, budget) => {
    const { part, sub, start } = readSearch(text, new Arguments(name, args, ['sub', 'start', 'end']), budget);
    const at = isLast ? part.lastIndexOf(sub) : part.indexOf(sub);
    if (at < 0 && mustExist) throw new TemplateRefusal('substring not found');
    return at < 0 ? -1 : start + toCharacters(part.slice(0, at)).length;
  };

interface Search {
  /** The searched part of the text. `start` is the place of its first character. */
  readonly part: string;
  readonly start: number;
  readonly sub: string;
}

function readSearch(text: string, read: Arguments, budget: RenderBudget): Search {
  budget.chargeCharacters(text);
  const characters = toCharacters(text);
  const place = (value: number): number => Math.min(characters.length, Math.max(0, value < 0 ? value + characters.length : value));
  const start = place(read.integer(1, 0));
  const sub = read.text(0);
  budget.chargeSearch(text, sub);
  return { part: characters.slice(start, place(read.integer(2, characters.length))).join(''), start, sub };
}

/** `startswith` and `endswith`, with one text or a tuple of them. */
const matching =
  (name: string, test: (text: string, affix: string) => boolean): TextMethod =>
  (text, args, budget) => {
    const affix = new Arguments(name, args, ['affix']).get(0);
    const affixes = affix instanceof Tuple ? affix.items : [affix];
    budget.chargeItems(affixes.length);
    return affixes.some((candidate) => {
      if (typeof candidate !== 'string')
        throw new TemplateRefusal(`${name} first arg must be str or a tuple of str, not ${typeName(affix)}`);
      return test(text, candidate);
    });
  };

const splitting =
  (isFromEnd: boolean): TextMethod =>
  (text, args, budget) => {
    const read = new Arguments('split', args, ['sep', 'maxsplit']);
    const separator = read.find(0) ?? null;
    const limit = read.integer(1, -1);
    if (separator === null) budget.chargeCharacters(text);
    else budget.chargeSearch(text, read.text(0));
    const parts = separator === null ? splitWords(text, limit, isFromEnd) : splitText(text, read.text(0), limit, isFromEnd);
    budget.chargeItems(parts.length);
    return parts;
  };

function splitText(text: string, separator: string, limit: number, isFromEnd: boolean): readonly string[] {
  if (separator === '') throw new TemplateRefusal('empty separator');
  const parts = text.split(separator);
  const joined = limit < 0 ? 0 : parts.length - 1 - limit;
  if (joined <= 0) return parts;
  return isFromEnd
    ? [parts.slice(0, joined + 1).join(separator), ...parts.slice(joined + 1)]
    : [...parts.slice(0, limit), parts.slice(limit).join(separator)];
}

/** Splits at runs of white space, and leaves out empty parts. A limit keeps the white space at the other end. */
function splitWords(text: string, limit: number, isFromEnd: boolean): readonly string[] {
  const bounds: { readonly start: number; readonly end: number }[] = [];
  for (let at = 0; at < text.length; at++) {
    if (strip(text.charAt(at)) === '') continue;
    const start = at;
    while (at < text.length && strip(text.charAt(at)) !== '') at++;
    bounds.push({ start, end: at });
  }
  const words = bounds.map(({ start, end }) => text.slice(start, end));
  if (limit < 0 || words.length <= limit) return words;
  const [first, last] = [bounds[limit], bounds.at(-1 - limit)];
  return isFromEnd
    ? [text.slice(0, last?.end), ...words.slice(words.length - limit)]
    : [...words.slice(0, limit), text.slice(first?.start)];
}

const lineEnds: ReadonlySet<string> = new Set('\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029');

/** Python's `splitlines()`. */
export function splitLines(text: string, keepsEnds = false): readonly string[] {
  const lines: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (!lineEnds.has(text.charAt(at))) continue;
    const end = text.startsWith('\r\n', at) ? at + 2 : at + 1;
    lines.push(text.slice(start, keepsEnds ? end : at));
    start = end;
    at = end - 1;
  }
  if (start < text.length) lines.push(text.slice(start));
  return lines;
}

export function replaceText(text: string, args: CallArguments, budget: RenderBudget): string {
  const read = new Arguments('replace', args, ['old', 'new', 'count']);
  const [old, fresh] = [read.text(0), read.text(1)];
  const limit = read.find(2) === null ? -1 : read.integer(2, -1);
  budget.chargeSearch(text, old);
  const parts = old === '' ? ['', ...toCharacters(text), ''] : text.split(old);
  const kept = limit < 0 ? parts.length - 1 : Math.min(limit, parts.length - 1);
  budget.spend(parts.length / 8);
  return budget.join([budget.join(parts.slice(0, kept + 1), fresh), ...parts.slice(kept + 1)], old);
}

const partitioning =
  (isLast: boolean): TextMethod =>
  (text, args) => {
    const separator = new Arguments('partition', args, ['sep']).text(0);
    if (separator === '') throw new TemplateRefusal('empty separator');
    const at = isLast ? text.lastIndexOf(separator) : text.indexOf(separator);
    if (at < 0) return new Tuple(isLast ? ['', '', text] : [text, '', '']);
    return new Tuple([text.slice(0, at), separator, text.slice(at + separator.length)]);
  };

/** `isalpha` and its like: every character matches, and there is one. */
const consisting = (pattern: RegExp): TextMethod =>
  plain((text) => text !== '' && toCharacters(text).every((character) => pattern.test(character)));

export function capitalize(text: string): string {
  const [first = '', ...rest] = toCharacters(text);
  return first.toUpperCase() + rest.join('').toLowerCase();
}

/** Python's `title()`: a letter behind anything but a letter is large, all others are small. */
function toTitle(text: string): string {
  let isInside = false;
  let title = '';
  for (const character of text) {
    const isLetter = /\p{L}/u.test(character);
    title += isLetter ? (isInside ? character.toLowerCase() : character.toUpperCase()) : character;
    isInside = isLetter;
  }
  return title;
}

const isCased = (text: string): boolean => text.toLowerCase() !== text.toUpperCase();

const textMethods: Readonly<Record<string, TextMethod>> = {
  upper: plain((text) => text.toUpperCase()),
  lower: plain((text) => text.toLowerCase()),
  casefold: plain((text) => text.toLowerCase()),
  capitalize: plain(capitalize),
  title: plain(toTitle),
  swapcase: plain((text) =>
    toCharacters(text)
      .map((character) => (character === character.toUpperCase() ? character.toLowerCase() : character.toUpperCase()))
      .join(''),
  ),
  strip: stripping('both'),
  lstrip: stripping('start'),
  rstrip: stripping('end'),
  split: splitting(false),
  rsplit: splitting(true),
  splitlines: (text, args, budget) => {
    budget.chargeCharacters(text);
    const lines = splitLines(text, new Arguments('splitlines', args, ['keepends']).find(0) === true);
    budget.chargeItems(lines.length);
    return lines;
  },
  replace: replaceText,
  startswith: matching('startswith', (text, affix) => text.startsWith(affix)),
  endswith: matching('endswith', (text, affix) => text.endsWith(affix)),
  find: searching('find', false, false),
  rfind: searching('rfind', true, false),
  index: searching('index', false, true),
  rindex: searching('rindex', true, true),
  count: (text, args, budget) => {
    const { part, sub } = readSearch(text, new Arguments('count', args, ['sub', 'start', 'end']), budget);
    return sub === '' ? toCharacters(part).length + 1 : part.split(sub).length - 1;
  },
  join: (text, args, budget) => {
    const items = toItems(new Arguments('join', args, ['iterable']).get(0), budget);
    const texts = items.filter((item) => typeof item === 'string');
    if (texts.length < items.length) throw new TemplateRefusal('sequence item: expected str instance');
    return budget.join(texts, text);
  },
  format: (text, args, budget) => formatBraces(text, args, budget),
  partition: partitioning(false),
  rpartition: partitioning(true),
  removeprefix: (text, args) => {
    const prefix = new Arguments('removeprefix', args, ['prefix']).text(0);
    return text.startsWith(prefix) ? text.slice(prefix.length) : text;
  },
  removesuffix: (text, args) => {
    const suffix = new Arguments('removesuffix', args, ['suffix']).text(0);
    return suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text;
  },
  ljust: padding('<'),
  rjust: padding('>'),
  center: padding('center'),
  zfill: (text, args, budget) => pad(text, { fill: '0', align: '=', width: new Arguments('zfill', args, ['width']).integer(0) }, budget),
  isdigit: consisting(/^\p{Nd}$/u),
  isdecimal: consisting(/^\p{Nd}$/u),
  isnumeric: consisting(/^\p{N}$/u),
  isalpha: consisting(/^\p{L}$/u),
  isalnum: consisting(/^[\p{L}\p{N}]$/u),
  isspace: plain((text) => text !== '' && strip(text) === ''),
  isupper: plain((text) => isCased(text) && text === text.toUpperCase()),
  islower: plain((text) => isCased(text) && text === text.toLowerCase()),
  istitle: plain((text) => isCased(text) && text === toTitle(text)),
};

/** Methods that do not look at each character by itself. */
const cheap: ReadonlySet<string> = new Set([
  'upper',
  'lower',
  'casefold',
  'replace',
  'startswith',
  'endswith',
  'removeprefix',
  'removesuffix',
  'join',
  'split',
  'rsplit',
  'partition',
  'rpartition',
]);

/** Methods that the sandbox of transformers takes away, as they change what they belong to. */
const changing: ReadonlySet<string> = new Set([
  'append',
  'clear',
  'extend',
  'insert',
  'pop',
  'popitem',
  'remove',
  'reverse',
  'setdefault',
  'sort',
  'update',
]);

/** A method of a value, or an undefined value for one that the sandbox takes away; undefined where there is none. */
export function findMethod(object: Value, name: string, budget: RenderBudget): Value | undefined {
  if (typeof object === 'string') {
    const method = Object.hasOwn(textMethods, name) ? textMethods[name] : undefined;
    if (!method) return undefined;
    return new Callable(name, (args) => {
      if (cheap.has(name)) budget.chargeText(object.length);
      else budget.chargeCharacters(object);
      const result = method(object, args, budget);
      if (typeof result === 'string') budget.chargeText(result.length);
      return result;
    });
  }
  if (object !== null && isDict(object)) return findDictMethod(object, name);
  if (isList(object) || object instanceof Tuple) return findListMethod(object, name, budget);
  return undefined;
}

function findDictMethod(dict: Dict, name: string): Value | undefined {
  switch (name) {
    case 'get':
      return new Callable(name, (args) => {
        const read = new Arguments(name, args, ['key', 'default']);
        return orElse(dict.get(toKey(read.get(0))), orElse(read.find(1), null));
      });
    case 'keys':
    case 'values':
    case 'items':
      return new Callable(name, () => new DictView(name, dict));
    case 'copy':
      return new Callable(name, () => new Map(dict));
    default:
      return changing.has(name) && !['append', 'extend', 'insert', 'remove', 'reverse', 'sort'].includes(name)
        ? new Undefined(name)
        : undefined;
  }
}

function findListMethod(list: readonly Value[] | Tuple, name: string, budget: RenderBudget): Value | undefined {
  const items = list instanceof Tuple ? list.items : list;
  const places = (args: CallArguments): readonly number[] => {
    const wanted = new Arguments(name, args, ['value']).get(0);
    return items.flatMap((item, index) => (areEqual(item, wanted, budget) ? [index] : []));
  };
  if (name === 'count') return new Callable(name, (args) => places(args).length);
  if (name === 'index')
    return new Callable(name, (args) => {
      const [first] = places(args);
      if (first === undefined) throw new TemplateRefusal('value is not in list');
      return first;
    });
  if (name === 'copy' && isList(list)) return new Callable(name, () => [...list]);
  return isList(list) && changing.has(name) ? new Undefined(name) : undefined;
}

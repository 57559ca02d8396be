import { Arguments, type Filter, type FilterScope } from './jinjaArguments';
import type { RenderBudget } from './jinjaBudget';
import { TemplateLimitError, templateLimits } from './jinjaBudget';
import { applyOperator } from './jinjaOperators';
import { toText } from './jinjaText';
import {
  areEqual,
  compare,
  isDict,
  isTruthy,
  toItems,
  orElse,
  Stream,
  TemplateRefusal,
  Tuple,
  typeName,
  Undefined,
  type CallArguments,
  type Value,
} from './jinjaValues';

/** Follows a path such as `function.name`; a part of digits is an index. */
function getAttribute(item: Value, path: Value, scope: FilterScope, otherwise?: Value): Value {
  const parts = typeof path === 'string' ? path.split('.') : [path];
  let value = item;
  for (const part of parts) {
    scope.budget.spend(1);
    value = scope.item(value, typeof part === 'string' && /^[0-9]{1,9}$/.test(part) ? Number(part) : part);
    if (otherwise !== undefined && otherwise !== null && value instanceof Undefined) value = otherwise;
  }
  return value;
}

/** The value by which an item is ordered: an attribute, with small letters where case does not count. */
function keyFor(item: Value, attribute: Value | undefined, isCaseSensitive: boolean, scope: FilterScope): Value {
  const value = attribute === undefined || attribute === null ? item : getAttribute(item, attribute, scope);
  return typeof value === 'string' && !isCaseSensitive ? value.toLowerCase() : value;
}

function sortBy(items: readonly Value[], keys: readonly Value[], isReversed: boolean, budget: RenderBudget): readonly Value[] {
  const order = Array.from(items, (_, index) => index);
  order.sort((one, other) => {
    const result = compare(keys[one] ?? null, keys[other] ?? null, budget);
    return isReversed ? -result : result;
  });
  return order.map((index) => items[index] ?? null);
}

const sort: Filter = (value, args, scope) => {
  const read = new Arguments('sort', args, ['reverse', 'case_sensitive', 'attribute']);
  const items = toItems(value, scope.budget);
  const attribute = read.find(2);
  const attributes = typeof attribute === 'string' ? attribute.split(',') : [attribute];
  const isCaseSensitive = isTruthy(read.find(1) ?? false);
  // Python compares lists of keys, so that two undefined ones are equal.
  const keys = items.map((item) => new Tuple(attributes.map((part) => keyFor(item, part, isCaseSensitive, scope))));
  return sortBy(items, keys, isTruthy(read.find(0) ?? false), scope.budget);
};

const dictsort: Filter = (value, args, scope) => {
  const read = new Arguments('dictsort', args, ['case_sensitive', 'by', 'reverse']);
  if (value instanceof Undefined) value.refuse();
  if (value === null || !isDict(value)) throw new TemplateRefusal(`'${typeName(value)}' object has no attribute 'items'`);
  const by = read.text(1, 'key');
  if (by !== 'key' && by !== 'value') throw new TemplateRefusal('You can only sort by either "key" or "value"');
  scope.budget.chargeItems(value.size);
  const entries = Array.from(value, (entry) => new Tuple(entry));
  const keys = entries.map(({ items: [key = null, item = null] }) =>
    keyFor(by === 'key' ? key : item, undefined, isTruthy(read.find(0) ?? false), scope),
  );
  return sortBy(entries, keys, isTruthy(read.find(2) ?? false), scope.budget);
};

const items: Filter = (value, _, { budget }) => {
  if (value instanceof Undefined) return new Stream([]);
  if (value === null || !isDict(value)) throw new TemplateRefusal('Can only get item pairs from a mapping.');
  budget.chargeItems(value.size);
  return new Stream(Array.from(value, (entry) => new Tuple(entry)));
};

/** Items for `map`, `select` and their like, which take None as an empty list. */
function itemsOrNone(value: Value, budget: RenderBudget): readonly Value[] {
  return isTruthy(value) ? toItems(value, budget) : [];
}

const map: Filter = (value, { positional, named }, scope) => {
  const list = itemsOrNone(value, scope.budget);
  const attribute = named.get('attribute');
  if (positional.length === 0 && attribute !== undefined) {
    for (const name of named.keys())
      if (name !== 'attribute' && name !== 'default') throw new TemplateRefusal(`Unexpected keyword argument '${name}'`);
    return new Stream(list.map((item) => getAttribute(item, attribute, scope, named.get('default'))));
  }
  const [name, ...rest] = positional;
  if (typeof name !== 'string') throw new TemplateRefusal('map requires a filter argument');
  return new Stream(list.map((item) => scope.filter(name, item, { positional: rest, named })));
};

/** `select`, `reject` and, where an attribute is tested, `selectattr` and `rejectattr`. */
const selecting =
  (isWanted: boolean, hasAttribute: boolean): Filter =>
  (value, { positional }, scope) => {
    const list = itemsOrNone(value, scope.budget);
    const [attribute, test, ...args] = hasAttribute ? positional : [null, ...positional];
    if (attribute === undefined || (test !== undefined && typeof test !== 'string'))
      throw new TemplateRefusal('Missing parameter for attribute name');
    return new Stream(
      list.filter((item) => {
        const tested = hasAttribute ? getAttribute(item, attribute, scope) : item;
        return (test === undefined ? isTruthy(tested) : scope.test(test, tested, args)) === isWanted;
      }),
    );
  };

const unique: Filter = (value, args, scope) => {
  const read = new Arguments('unique', args, ['case_sensitive', 'attribute']);
  const found: Value[] = [];
  const list = toItems(value, scope.budget);
  const texts = new Set<Value>();
  const kept = list.filter((item) => {
    const key = keyFor(item, read.find(1), isTruthy(read.find(0) ?? false), scope);
    if (typeof key === 'string') return !texts.has(key) && texts.add(key);
    if (found.some((known) => areEqual(known, key, scope.budget))) return false;
    found.push(key);
    return true;
  });
  return new Stream(kept);
};

const join: Filter = (value, args, scope) => {
  const read = new Arguments('join', args, ['d', 'attribute']);
  const attribute = read.find(1) ?? null;
  const separator = toText(read.find(0) ?? '', scope.budget);
  const texts = toItems(value, scope.budget).map((item) =>
    toText(attribute === null ? item : getAttribute(item, attribute, scope), scope.budget),
  );
  return scope.budget.join(texts, separator);
};

const extreme =
  (sign: 1 | -1): Filter =>
  (value, args, scope) => {
    const read = new Arguments('min', args, ['case_sensitive', 'attribute']);
    const list = toItems(value, scope.budget);
    const keys = list.map((item) => keyFor(item, read.find(1), isTruthy(read.find(0) ?? false), scope));
    let best = 0;
    for (let at = 1; at < list.length; at++) if (sign * compare(keys[at] ?? null, keys[best] ?? null, scope.budget) < 0) best = at;
    return orElse(list[best], new Undefined('No aggregated item, sequence was empty.'));
  };

const sum: Filter = (value, args, scope) => {
  const read = new Arguments('sum', args, ['attribute', 'start']);
  const attribute = read.find(0) ?? null;
  let total: Value = read.find(1) ?? 0;
  for (const item of toItems(value, scope.budget))
    total = applyOperator('+', total, attribute === null ? item : getAttribute(item, attribute, scope), scope.budget);
  return total;
};

const groupby: Filter = (value, args, scope) => {
  const read = new Arguments('groupby', args, ['attribute', 'default', 'case_sensitive']);
  const list = toItems(value, scope.budget);
  const attributes = list.map((item) => getAttribute(item, read.get(0), scope, read.find(1)));
  const isCaseSensitive = isTruthy(read.find(2) ?? false);
  const keys = attributes.map((key) => (typeof key === 'string' && !isCaseSensitive ? key.toLowerCase() : key));
  const order = sortBy(
    Array.from(list, (_, index) => index),
    keys,
    false,
    scope.budget,
  ) as readonly number[];
  const groups: { readonly key: Value; readonly shown: Value; readonly members: Value[] }[] = [];
  for (const index of order) {
    const [key, shown, item] = [keys[index] ?? null, attributes[index] ?? null, list[index] ?? null];
    const last = groups.at(-1);
    if (last && areEqual(last.key, key, scope.budget)) last.members.push(item);
    else groups.push({ key, shown, members: [item] });
  }
  return groups.map(({ shown, members }) => new Tuple([shown, members]));
};

const batch: Filter = (value, args, { budget }) => {
  const read = new Arguments('batch', args, ['linecount', 'fill_with']);
  const [size, fill] = [read.integer(0), read.find(1) ?? null];
  const list = toItems(value, budget);
  const batches: Value[] = [];
  for (let at = 0; at < list.length; at += Math.max(1, size)) batches.push(list.slice(at, at + Math.max(1, size)));
  const last = batches.at(-1) as readonly Value[] | undefined;
  if (fill === null || last === undefined || last.length >= size) return new Stream(batches);
  budget.chargeItems(size);
  return new Stream([...batches.slice(0, -1), [...last, ...new Array<Value>(size - last.length).fill(fill)]]);
};

const slices: Filter = (value, args, { budget }) => {
  const read = new Arguments('slice', args, ['slices', 'fill_with']);
  const [count, fill] = [read.integer(0), read.find(1) ?? null];
  const list = toItems(value, budget);
  if (count <= 0 || count > templateLimits.items) throw new TemplateLimitError(`it makes ${count} slices`);
  budget.chargeItems(count);
  const [size, extra] = [Math.floor(list.length / count), list.length % count];
  let offset = 0;
  const made: Value[] = [];
  for (let index = 0; index < count; index++) {
    const start = offset + index * size;
    if (index < extra) offset++;
    const part = list.slice(start, offset + (index + 1) * size);
    made.push(fill !== null && index >= extra ? [...part, fill] : part);
  }
  return new Stream(made);
};

/** Filters of lists and dicts. */
export const listFilters: Readonly<Record<string, Filter>> = {
  batch,
  dictsort,
  groupby,
  items,
  join,
  list: (value, _: CallArguments, { budget }) => [...toItems(value, budget)],
  map,
  max: extreme(-1),
  min: extreme(1),
  reject: selecting(false, false),
  rejectattr: selecting(false, true),
  select: selecting(true, false),
  selectattr: selecting(true, true),
  slice: slices,
  sort,
  sum,
  unique,
};

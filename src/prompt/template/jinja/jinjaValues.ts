import type { RenderBudget } from './jinjaBudget';

/** Something in a template cannot be done, or the template refuses the conversation. */
export class TemplateRefusal extends Error {
  override readonly name = 'TemplateRefusal';
}

/**
 * A value of a template, with Python's types: `number` is an int, {@link Float} a float, an array a list, a map a dict.
 */
export type Value =
  null | boolean | number | string | Float | readonly Value[] | Tuple | Dict | DictView | Stream | Namespace | Callable | Undefined;

export type Dict = ReadonlyMap<Value, Value>;

export class Float {
  constructor(readonly value: number) {}
}

export class Tuple {
  constructor(readonly items: readonly Value[]) {}
}

/** The result of `keys()`, `values()` or `items()`. */
export class DictView {
  constructor(
    readonly kind: 'keys' | 'values' | 'items',
    readonly dict: Dict,
  ) {}

  get items(): readonly Value[] {
    if (this.kind === 'keys') return [...this.dict.keys()];
    if (this.kind === 'values') return [...this.dict.values()];
    return Array.from(this.dict, (entry) => new Tuple(entry));
  }
}

/** A Python generator: it can be walked once, and has no length. */
export class Stream {
  private left: readonly Value[];

  constructor(items: readonly Value[]) {
    this.left = items;
  }

  take(): readonly Value[] {
    const items = this.left;
    this.left = [];
    return items;
  }

  takeFirst(): Value | undefined {
    const first = this.left[0];
    this.left = this.left.slice(1);
    return first;
  }
}

export class Namespace {
  readonly values = new Map<string, Value>();
}

export interface CallArguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

export class Callable {
  constructor(
    readonly name: string,
    readonly call: (args: CallArguments) => Value,
    readonly attributes: ReadonlyMap<string, Value> = new Map(),
  ) {}
}

/** An unknown variable or attribute. It prints as nothing and is an empty list; anything else done with it is an error. */
export class Undefined {
  constructor(readonly name: string) {}

  refuse(): never {
    throw new TemplateRefusal(`'${this.name}' is undefined`);
  }
}

/** `value`, or another one where there is none. Python's None is a value: `??` would lose it. */
export function orElse(value: Value | undefined, otherwise: Value): Value {
  return value === undefined ? otherwise : value;
}

export function typeName(value: Value): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'int';
  if (typeof value === 'string') return 'str';
  if (value instanceof Float) return 'float';
  if (value instanceof Tuple) return 'tuple';
  if (value instanceof Undefined) return 'Undefined';
  if (value instanceof Namespace) return 'Namespace';
  if (value instanceof Callable) return 'function';
  if (value instanceof Stream) return 'generator';
  if (value instanceof DictView) return `dict_${value.kind}`;
  return isDict(value) ? 'dict' : 'list';
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isDict(value: Value): value is Dict {
  return value instanceof Map;
}

/** The number behind an int, a bool or a float; undefined for any other value. */
export function toNumber(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value instanceof Float ? value.value : undefined;
}

export function isTruthy(value: Value): boolean {
  if (value instanceof Float) return value.value !== 0;
  if (value instanceof Undefined || value === null) return false;
  if (value instanceof Tuple) return value.items.length > 0;
  if (value instanceof DictView) return value.dict.size > 0;
  if (isDict(value)) return value.size > 0;
  if (isList(value)) return value.length > 0;
  return typeof value === 'object' ? true : Boolean(value);
}

/** Unicode characters of a text, which Python counts; JavaScript counts UTF-16 units. */
export function toCharacters(text: string): readonly string[] {
  return Array.from(text);
}

function countCharacters(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

/** Items of anything that can be walked. */
export function toItems(value: Value, budget: RenderBudget): readonly Value[] {
  if (typeof value === 'string') budget.chargeCharacters(value);
  const items = findItems(value);
  if (items === undefined) throw new TemplateRefusal(`'${typeName(value)}' object is not iterable`);
  budget.chargeItems(items.length);
  return items;
}

function findItems(value: Value): readonly Value[] | undefined {
  if (isList(value)) return value;
  if (typeof value === 'string') return toCharacters(value);
  if (value instanceof Tuple || value instanceof DictView) return value.items;
  if (value instanceof Stream) return value.take();
  if (value instanceof Undefined) return [];
  return isDict(value) ? [...value.keys()] : undefined;
}

/** Python's `len()`. */
export function getLength(value: Value): number {
  if (typeof value === 'string') return countCharacters(value);
  if (isList(value)) return value.length;
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof DictView) return value.dict.size;
  if (value instanceof Undefined) return 0;
  if (isDict(value)) return value.size;
  throw new TemplateRefusal(`object of type '${typeName(value)}' has no len()`);
}

/** A key as a map holds it: Python takes `True`, `1` and `1.0` for one key. */
export function toKey(value: Value): Value {
  const number = toNumber(value);
  if (number !== undefined) return number;
  if (value === null || typeof value === 'string') return value;
  throw new TemplateRefusal(`a key of type '${typeName(value)}' is not supported`);
}

export function areEqual(one: Value, other: Value, budget: RenderBudget): boolean {
  budget.spend(1);
  if (one === other) return true;
  const [a, b] = [toNumber(one), toNumber(other)];
  if (a !== undefined || b !== undefined) return a === b;
  if (typeof one === 'string' || typeof other === 'string') return false;
  if (one instanceof Undefined) return other instanceof Undefined;
  if (isList(one)) return isList(other) && areAllEqual(one, other, budget);
  if (one instanceof Tuple) return other instanceof Tuple && areAllEqual(one.items, other.items, budget);
  if (one !== null && isDict(one)) {
    if (other === null || !isDict(other) || one.size !== other.size) return false;
    for (const [key, value] of one) {
      const counterpart = other.get(key);
      if (counterpart === undefined || !areEqual(value, counterpart, budget)) return false;
    }
    return true;
  }
  return false;
}

function areAllEqual(one: readonly Value[], other: readonly Value[], budget: RenderBudget): boolean {
  return one.length === other.length && one.every((item, index) => areEqual(item, other[index] ?? null, budget));
}

/** Below zero, zero or above it, as Python orders two values; refuses those that Python does not compare. */
export function compare(one: Value, other: Value, budget: RenderBudget): number {
  budget.spend(1);
  const [a, b] = [toNumber(one), toNumber(other)];
  if (a !== undefined && b !== undefined) return a < b ? -1 : Number(a > b);
  if (typeof one === 'string' && typeof other === 'string') {
    budget.chargeText(Math.min(one.length, other.length));
    return compareTexts(one, other);
  }
  if (isList(one) && isList(other)) return compareItems(one, other, budget);
  if (one instanceof Tuple && other instanceof Tuple) return compareItems(one.items, other.items, budget);
  if (one instanceof Undefined) one.refuse();
  if (other instanceof Undefined) other.refuse();
  throw new TemplateRefusal(`'<' not supported between instances of '${typeName(one)}' and '${typeName(other)}'`);
}

/** Orders by code points. JavaScript orders by UTF-16 units, which differs beyond U+FFFF. */
function compareTexts(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one.charCodeAt(at) === other.charCodeAt(at)) at++;
  const [a, b] = [one.charCodeAt(at), other.charCodeAt(at)];
  if (Number.isNaN(a) || Number.isNaN(b)) return one.length - other.length;
  return rank(a) - rank(b);
}

/** Surrogates stand for characters beyond all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function compareItems(one: readonly Value[], other: readonly Value[], budget: RenderBudget): number {
  for (const [index, item] of one.entries()) {
    const counterpart = other[index];
    if (counterpart === undefined) return 1;
    if (!areEqual(item, counterpart, budget)) return compare(item, counterpart, budget);
  }
  return one.length - other.length;
}

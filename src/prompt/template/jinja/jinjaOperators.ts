import type { RenderBudget } from './jinjaBudget';
import { TemplateLimitError } from './jinjaBudget';
import { formatPercent } from './jinjaFormat';
import { toText } from './jinjaText';
import {
  areEqual,
  toCharacters,
  compare,
  Float,
  isDict,
  isList,
  toItems,
  TemplateRefusal,
  toKey,
  toNumber,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from './jinjaValues';

/** A binary operator but `and` and `or`, with Python's rules for each pair of types. */
export function applyOperator(operator: string, left: Value, right: Value, budget: RenderBudget): Value {
  switch (operator) {
    case '==':
      return areEqual(left, right, budget);
    case '!=':
      return !areEqual(left, right, budget);
    case '<':
      return compare(left, right, budget) < 0;
    case '>':
      return compare(right, left, budget) < 0;
    case '<=':
      return compare(left, right, budget) <= 0;
    case '>=':
      return compare(right, left, budget) <= 0;
    case 'in':
      return contains(right, left, budget);
    case 'not in':
      return !contains(right, left, budget);
    case '~':
      return budget.join([toText(left, budget), toText(right, budget)]);
    default:
      return calculate(operator, left, right, budget);
  }
}

export function contains(container: Value, item: Value, budget: RenderBudget): boolean {
  if (typeof container === 'string') {
    if (typeof item !== 'string') throw new TemplateRefusal(`'in <string>' requires string, not ${typeName(item)}`);
    budget.chargeSearch(container, item);
    return container.includes(item);
  }
  if (container !== null && isDict(container)) return container.has(toKey(item));
  return toItems(container, budget).some((candidate) => areEqual(candidate, item, budget));
}

function calculate(operator: string, left: Value, right: Value, budget: RenderBudget): Value {
  if (left instanceof Undefined) left.refuse();
  if (operator === '%' && typeof left === 'string') return formatPercent(left, right, budget);
  if (right instanceof Undefined) right.refuse();
  const [a, b] = [toNumber(left), toNumber(right)];
  if (a !== undefined && b !== undefined) {
    const isFloat = left instanceof Float || right instanceof Float || operator === '/' || (operator === '**' && b < 0);
    return isFloat ? new Float(compute(operator, a, b)) : toInteger(compute(operator, a, b));
  }
  const sequence = operator === '+' ? concatenate(left, right, budget) : operator === '*' ? repeat(left, right, budget) : undefined;
  if (sequence !== undefined) return sequence;
  throw new TemplateRefusal(`unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`);
}

/** Python's integers have no end. Ours end where a JavaScript number is no longer exact. */
export function toInteger(value: number): number {
  if (!Number.isSafeInteger(value)) throw new TemplateLimitError('it makes a number too large');
  return value === 0 ? 0 : value;
}

function compute(operator: string, a: number, b: number): number {
  if (b === 0 && (operator === '/' || operator === '//' || operator === '%')) throw new TemplateRefusal('division by zero');
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '//':
      return Math.floor(a / b);
    case '%':
      return a - Math.floor(a / b) * b;
    case '**':
      if (a === 0 && b < 0) throw new TemplateRefusal('0.0 cannot be raised to a negative power');
      return a ** b;
    default:
      throw new TemplateRefusal(`unknown operator '${operator}'`);
  }
}

function concatenate(left: Value, right: Value, budget: RenderBudget): Value | undefined {
  if (typeof left === 'string' && typeof right === 'string') return budget.join([left, right]);
  if (isList(left) && isList(right)) {
    budget.chargeItems(left.length + right.length);
    return [...left, ...right];
  }
  if (left instanceof Tuple && right instanceof Tuple) {
    budget.chargeItems(left.items.length + right.items.length);
    return new Tuple([...left.items, ...right.items]);
  }
  return undefined;
}

function repeat(left: Value, right: Value, budget: RenderBudget): Value | undefined {
  const [sequence, count] = typeof left === 'number' || typeof left === 'boolean' ? [right, left] : [left, right];
  if (typeof count !== 'number' && typeof count !== 'boolean') return undefined;
  const times = Math.max(0, Number(count));
  if (typeof sequence === 'string') {
    budget.chargeText(sequence.length * times);
    return sequence.repeat(times);
  }
  const items = sequence instanceof Tuple ? sequence.items : isList(sequence) ? sequence : undefined;
  if (items === undefined) return undefined;
  budget.chargeItems(items.length * times);
  const repeated = Array.from({ length: times }, () => items).flat();
  return sequence instanceof Tuple ? new Tuple(repeated) : repeated;
}

export function negate(value: Value): Value {
  if (value instanceof Undefined) value.refuse();
  if (value instanceof Float) return new Float(-value.value);
  const number = toNumber(value);
  if (number === undefined) throw new TemplateRefusal(`bad operand type for unary -: '${typeName(value)}'`);
  return toInteger(-number);
}

/** `object[index]` with an int, as Python finds it. Undefined where the index is out of range. */
export function itemAt(object: Value, index: number, budget: RenderBudget): Value | undefined {
  if (typeof object === 'string') {
    budget.chargeCharacters(object);
    return toCharacters(object).at(index);
  }
  if (object instanceof Tuple) return object.items.at(index);
  return isList(object) ? object.at(index) : undefined;
}

export interface SliceBounds {
  readonly start: Value | undefined;
  readonly stop: Value | undefined;
  readonly step: Value | undefined;
}

/** `object[start:stop:step]`. */
export function slice(object: Value, { start, stop, step }: SliceBounds, budget: RenderBudget): Value {
  if (object instanceof Undefined) object.refuse();
  const isText = typeof object === 'string';
  if (!isText && !isList(object) && !(object instanceof Tuple))
    throw new TemplateRefusal(`'${typeName(object)}' object is not subscriptable`);
  if (isText) budget.chargeCharacters(object);
  const items = isText ? toCharacters(object) : isList(object) ? object : object.items;
  budget.chargeItems(items.length);
  const chosen = sliceItems<Value>(items, sliceNumber(start), sliceNumber(stop), sliceNumber(step) ?? 1);
  if (isText) return (chosen as readonly string[]).join('');
  return isList(object) ? chosen : new Tuple(chosen);
}

function sliceNumber(value: Value | undefined): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Undefined || (typeof value !== 'number' && typeof value !== 'boolean'))
    throw new TemplateRefusal('slice indices must be integers or None');
  return Number(value);
}

function sliceItems<T>(items: readonly T[], start: number | undefined, stop: number | undefined, step: number): readonly T[] {
  if (step === 0) throw new TemplateRefusal('slice step cannot be zero');
  const { length } = items;
  const place = (index: number, lowest: number, highest: number): number =>
    Math.min(highest, Math.max(lowest, index < 0 ? index + length : index));
  const [lowest, highest] = step > 0 ? [0, length] : [-1, length - 1];
  const from = start === undefined ? (step > 0 ? 0 : length - 1) : place(start, lowest, highest);
  const to = stop === undefined ? (step > 0 ? length : -1) : place(stop, lowest, highest);
  if (step === 1) return items.slice(from, to);
  const chosen: T[] = [];
  for (let at = from; step > 0 ? at < to : at > to; at += step) chosen.push(items[at] as T);
  return chosen;
}

import type { RenderBudget } from './jinjaBudget';
import { applyOperator, contains } from './jinjaOperators';
import { toText } from './jinjaText';
import {
  Callable,
  DictView,
  Float,
  isDict,
  isList,
  isTruthy,
  Stream,
  TemplateRefusal,
  toNumber,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from './jinjaValues';

const comparisons: Readonly<Record<string, string>> = {
  '==': '==',
  eq: '==',
  equalto: '==',
  '!=': '!=',
  ne: '!=',
  '>': '>',
  gt: '>',
  greaterthan: '>',
  '>=': '>=',
  ge: '>=',
  '<': '<',
  lt: '<',
  lessthan: '<',
  '<=': '<=',
  le: '<=',
};

/** Tests of one value, as `x is name` calls them. */
const plainTests: Readonly<Record<string, (value: Value, budget: RenderBudget) => boolean>> = {
  defined: (value) => !(value instanceof Undefined),
  undefined: (value) => value instanceof Undefined,
  none: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  true: (value) => value === true,
  false: (value) => value === false,
  integer: (value) => typeof value === 'number',
  float: (value) => value instanceof Float,
  number: (value) => toNumber(value) !== undefined,
  string: (value) => typeof value === 'string',
  mapping: (value) => value !== null && isDict(value),
  sequence: (value) =>
    typeof value === 'string' || isList(value) || value instanceof Tuple || value instanceof Undefined || isMapping(value),
  iterable: (value) =>
    typeof value === 'string' ||
    isList(value) ||
    value instanceof Tuple ||
    value instanceof Undefined ||
    value instanceof DictView ||
    value instanceof Stream ||
    isMapping(value),
  callable: (value) => value instanceof Callable || value instanceof Undefined,
  escaped: () => false,
  odd: (value) => remainder(value, 2) === 1,
  even: (value) => remainder(value, 2) === 0,
  lower: (value, budget) => isCase(value, (text) => text.toLowerCase(), budget),
  upper: (value, budget) => isCase(value, (text) => text.toUpperCase(), budget),
};

function isMapping(value: Value): boolean {
  return value !== null && isDict(value);
}

/** Python's `islower()` or `isupper()`: some letter has a case, and all have this one. */
function isCase(value: Value, change: (text: string) => string, budget: RenderBudget): boolean {
  const text = toText(value, budget);
  budget.chargeText(text.length);
  return text.toLowerCase() !== text.toUpperCase() && change(text) === text;
}

function remainder(value: Value, divisor: number): number {
  if (value instanceof Undefined) value.refuse();
  const number = toNumber(value);
  if (number === undefined || divisor === 0) throw new TemplateRefusal(`unsupported operand type(s) for %: '${typeName(value)}' and 'int'`);
  return number - Math.floor(number / divisor) * divisor;
}

/** @throws TemplateRefusal for an unknown test */
export function applyTest(name: string, value: Value, args: readonly Value[], budget: RenderBudget): boolean {
  budget.spend(1);
  const plain = Object.hasOwn(plainTests, name) ? plainTests[name] : undefined;
  if (plain) {
    if (args.length > 0) throw new TemplateRefusal(`test '${name}' takes no argument`);
    return plain(value, budget);
  }
  const [other] = args;
  if (args.length !== 1 || other === undefined) throw new TemplateRefusal(`no test named '${name}' with ${args.length} arguments`);
  const operator = Object.hasOwn(comparisons, name) ? comparisons[name] : undefined;
  if (operator !== undefined) return isTruthy(applyOperator(operator, value, other, budget));
  switch (name) {
    case 'in':
      return contains(other, value, budget);
    case 'sameas':
      return value === other;
    case 'divisibleby':
      return remainder(value, toNumber(other) ?? 0) === 0;
    default:
      throw new TemplateRefusal(`no test named '${name}'`);
  }
}

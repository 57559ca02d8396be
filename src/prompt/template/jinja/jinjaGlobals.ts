import { formatDate } from '../templateDate';
import { Arguments } from './jinjaArguments';
import type { RenderBudget } from './jinjaBudget';
import { toText } from './jinjaText';
import { Callable, isDict, toItems, Namespace, TemplateRefusal, toKey, Undefined, type CallArguments, type Value } from './jinjaValues';

/** Functions that every template has. */
export function findGlobal(name: string, budget: RenderBudget): Value | undefined {
  const work = Object.hasOwn(globals, name) ? globals[name] : undefined;
  return work && new Callable(name, (args) => work(args, budget));
}

type Global = (args: CallArguments, budget: RenderBudget) => Value;

const globals: Readonly<Record<string, Global>> = {
  range: (args, budget) => {
    const read = new Arguments('range', args, ['start', 'stop', 'step']);
    const [start, stop] = read.find(1) === undefined ? [0, read.integer(0)] : [read.integer(0), read.integer(1)];
    const step = read.integer(2, 1);
    if (step === 0) throw new TemplateRefusal('range() arg 3 must not be zero');
    const count = Math.max(0, Math.ceil((stop - start) / step));
    budget.chargeItems(count);
    return Array.from({ length: count }, (_, index) => start + index * step);
  },
  namespace: (args, budget) => {
    const made = new Namespace();
    for (const [key, value] of readEntries('namespace', args, budget)) made.values.set(toText(key, budget), value);
    return made;
  },
  dict: (args, budget) => new Map(readEntries('dict', args, budget)),
  raise_exception: (args, budget) => {
    throw new TemplateRefusal(toText(new Arguments('raise_exception', args, ['message']).get(0), budget).slice(0, 1000));
  },
  strftime_now: (args, budget) => {
    const format = new Arguments('strftime_now', args, ['format']).text(0);
    budget.spend(format.length);
    return formatDate(format);
  },
  cycler: ({ positional }) => {
    if (positional.length === 0) throw new TemplateRefusal('at least one item has to be provided');
    const made = new Namespace();
    let at = 0;
    const show = (): void => {
      made.values.set('current', positional[at % positional.length] ?? null);
    };
    made.values.set(
      'next',
      new Callable('next', () => {
        const value = positional[at++ % positional.length] ?? null;
        show();
        return value;
      }),
    );
    made.values.set(
      'reset',
      new Callable('reset', () => {
        at = 0;
        show();
        return null;
      }),
    );
    show();
    return made;
  },
  joiner: (args) => {
    const separator = new Arguments('joiner', args, ['sep']).text(0, ', ');
    let isFirst = true;
    return new Callable('joiner', () => {
      const value = isFirst ? '' : separator;
      isFirst = false;
      return value;
    });
  },
};

/** Entries of a dict, or of a list of pairs, and named arguments behind them. */
function readEntries(name: string, { positional, named }: CallArguments, budget: RenderBudget): readonly (readonly [Value, Value])[] {
  const [source, ...rest] = positional;
  if (rest.length > 0) throw new TemplateRefusal(`${name} expected at most 1 argument`);
  if (source instanceof Undefined) source.refuse();
  const entries =
    source === undefined
      ? []
      : source !== null && isDict(source)
        ? [...source]
        : toItems(source, budget).map((pair) => readPair(pair, budget));
  return [...entries, ...named];
}

function readPair(value: Value, budget: RenderBudget): readonly [Value, Value] {
  const [key, item, ...rest] = toItems(value, budget);
  if (key === undefined || item === undefined || rest.length > 0) throw new TemplateRefusal('a pair has two items');
  return [toKey(key), item];
}

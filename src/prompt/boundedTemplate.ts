import { Environment, Interpreter, parse, Template, tokenize } from '@huggingface/jinja';
import { sliceFromStart } from '../base/wholeCharacters';

/** A template asks for more than any real one does: it is broken, or means harm. */
export class TemplateLimitError extends Error {
  override readonly name = 'TemplateLimitError';
}

/**
 * What a template may take. The largest published ones are 30 KB, and a conversation of a thousand messages costs a tenth of the steps. A step
 * takes a fraction of a microsecond; texts and lists count as more, by their size, so that their sum is bounded too.
 */
export const templateLimits = {
  sourceCharacters: 256 * 1024,
  steps: 2_000_000,
  /** Of a text, and of all that is in a list or a mapping. */
  characters: 1024 * 1024,
  /** Of a range. */
  items: 65_536,
  /** What an operation that repeats one text for each part of another may write. */
  product: 16 * 1024 * 1024,
} as const;

const charactersAStep = 64;
const itemsAStep = 8;
/** Of a loop, before anything is done for it: scopes and what it knows of itself. */
const stepsAnItem = 16;

/**
 * A Jinja chat template of a model file. What a template can do is bounded by counting its steps and weighing what it makes, as the language
 * itself has loops and recursion, and the library no limits.
 */
export class BoundedTemplate {
  private readonly program: Program;

  /** @throws TemplateLimitError, and what the library throws where it does not parse */
  constructor(source: string) {
    if (source.length > templateLimits.sourceCharacters) throw new TemplateLimitError(`it has ${source.length} characters`);
    this.program = withoutOverflow(() => parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true })));
  }

  /** @throws TemplateLimitError, and what the library throws where something in it cannot be done */
  render(variables: Readonly<Record<string, unknown>>): string {
    const environment = new Environment();
    for (const [name, value] of Object.entries({ ...globals, ...variables })) environment.set(name, value);
    return withoutOverflow(() => new BoundedInterpreter(environment).write(this.program));
  }
}

/** Neither the stack's end nor that of the longest text is a fault of whoever renders. */
function withoutOverflow<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof RangeError ? new TemplateLimitError(`it goes too deep (${error.message})`) : error;
  }
}

/** The library's own, which it does not export, with a range that ends. */
const globals: Readonly<Record<string, unknown>> = {
  true: true,
  false: false,
  none: null,
  True: true,
  False: false,
  None: null,
  range,
  raise_exception: (message: unknown): never => {
    throw new Error(String(message));
  },
  strftime_now: (format: unknown): string => clock.render({ format: sliceFromStart(String(format), 100) }),
};

const clock = new Template('{{ strftime_now(format) }}');

function range(first: number, second?: number, step = 1): readonly number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (!(count <= templateLimits.items)) throw new TemplateLimitError(`it counts to ${count}`);
  return Array.from({ length: count }, (_, index) => start + index * step);
}

type Statement = NonNullable<Parameters<Interpreter['evaluate']>[0]>;
type Value = ReturnType<Interpreter['evaluate']>;
type Program = Parameters<Interpreter['run']>[0];

// As much of the library's syntax tree as is looked into; it does not export its types.
interface Node {
  readonly type: string;
}
interface Member extends Node {
  readonly object: Node;
}
interface Call extends Node {
  readonly callee: Node & { readonly value?: unknown };
  readonly args: readonly Node[];
}
interface Loop extends Node {
  readonly iterable: Node & { readonly lhs?: Node };
}
interface Filter extends Node {
  readonly operand: Node;
  readonly filter: Node;
}
/** An argument under a name, and one to be unpacked. */
interface Argument extends Node {
  readonly value?: unknown;
  readonly argument?: Node;
}

/** What has been evaluated already, in the place of what it was evaluated from. */
class Known {
  readonly type = 'Known';
  constructor(readonly result: Value) {}
}

/** Filters whose work or result is their operand's size times an argument's. */
const multiplying = new Set(['replace', 'join', 'indent', 'tojson', 'map', 'sort']);

class BoundedInterpreter extends Interpreter {
  private left: number = templateLimits.steps;
  private readonly weights = new WeakMap<Value, number>();
  /** Expressions that something is looked up in, which takes no time for its size. */
  private readonly lookedInto = new WeakSet<Node>();
  private metNamespace = false;

  /** What a whole template writes. */
  write(program: Program): string {
    const { value }: { readonly value: unknown } = this.run(program);
    return typeof value === 'string' ? value : '';
  }

  override evaluate(statement: Node | undefined, environment: Environment): Value {
    if (statement instanceof Known) return statement.result;
    this.spend(1);
    const value = super.evaluate(statement && (this.guarded(statement, environment) as Statement), environment);
    if (statement === undefined || !this.lookedInto.has(statement)) this.spend(this.costOf(value));
    return value;
  }

  private spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new TemplateLimitError('it does not come to an end');
  }

  /** The statement to evaluate in the place of one that may take long by itself, with what that hangs on evaluated and found bearable. */
  private guarded(statement: Node, environment: Environment): unknown {
    switch (statement.type) {
      case 'MemberExpression':
        this.lookedInto.add((statement as Member).object);
        return statement;
      case 'For':
        return this.guardedLoop(statement as Loop, environment);
      case 'FilterExpression':
        return this.guardedFilter(statement as Filter, environment);
      case 'CallExpression':
        return this.guardedCall(statement as Call, environment);
      case 'FilterStatement':
        this.guardedArguments((statement as Filter).filter as Call, templateLimits.characters, environment);
        return statement;
      case 'Macro':
      case 'CallStatement':
        // The library looks through all of its body each time.
        this.spend(nodesOf(statement) / itemsAStep);
        return statement;
      default:
        return statement;
    }
  }

  private guardedLoop(loop: Loop, environment: Environment): Node {
    const { iterable } = loop;
    const items = this.evaluate(iterable.lhs ?? iterable, environment);
    this.spend(sizeOf(items) * stepsAnItem);
    const known = new Known(items);
    const guarded: Loop = { ...loop, iterable: iterable.lhs ? { ...iterable, lhs: known } : known };
    return guarded;
  }

  private guardedFilter(expression: Filter, environment: Environment): Node {
    const filter = expression.filter as Call;
    if (filter.type !== 'CallExpression' || !multiplying.has(String(filter.callee.value))) return expression;
    const operand = this.evaluate(expression.operand, environment);
    const args = this.guardedArguments(filter, this.weigh(operand), environment);
    const guarded: Filter & { filter: Call } = { ...expression, operand: new Known(operand), filter: { ...filter, args } };
    return guarded;
  }

  private guardedCall(call: Call, environment: Environment): Node {
    if (call.callee.type !== 'MemberExpression') return call;
    const callee = call.callee as unknown as Member;
    const object = this.evaluate(callee.object, environment);
    const args = this.guardedArguments(call, this.weigh(object), environment);
    const guarded: Call & { callee: Member } = { ...call, callee: { ...callee, object: new Known(object) }, args };
    return guarded;
  }

  /** A call's arguments, evaluated, unless they are too large for something of that size. */
  private guardedArguments(call: Call, size: number, environment: Environment): readonly Node[] {
    let factor = 1;
    const known = (statement: Node): Known => {
      const value = this.evaluate(statement, environment);
      factor += typeof value.value === 'number' ? Math.abs(value.value) : this.weigh(value);
      return new Known(value);
    };
    const args = (call.type === 'CallExpression' ? call.args : []).map((argument: Argument): Node => {
      if (argument.type === 'KeywordArgumentExpression') return withPart(argument, { value: known(argument.value as Node) });
      if (argument.argument !== undefined) return withPart(argument, { argument: known(argument.argument) });
      return known(argument);
    });
    if (size * factor > templateLimits.product) throw new TemplateLimitError('it writes without end');
    return args;
  }

  /** Steps that a value counts for, when it is made or something is done with all of it. */
  private costOf(value: Value): number {
    const { value: content }: { readonly value: unknown } = value;
    if (typeof content === 'string') {
      if (content.length > templateLimits.characters) throw new TemplateLimitError('it writes without end');
      return content.length / charactersAStep;
    }
    if (!isContainer(content)) return 0;
    this.weigh(value);
    return sizeOf(value) / itemsAStep;
  }

  /** What a value would take written out, however often a part of it is in it. */
  private weigh(value: Value): number {
    const { value: content }: { readonly value: unknown } = value;
    if (typeof content === 'string') return content.length + 1;
    if (!isContainer(content)) return 1;
    const known = this.weights.get(value);
    if (known !== undefined) return known;
    const before = this.metNamespace;
    this.metNamespace = value.type === 'NamespaceValue';
    let weight = itemsAStep;
    for (const [key, item] of content.entries()) {
      weight += itemsAStep + (typeof key === 'string' ? key.length : 0) + this.weigh(item);
      if (weight > templateLimits.characters) throw new TemplateLimitError('it gathers without end');
    }
    // What may change is weighed anew.
    if (!this.metNamespace) this.weights.set(value, weight);
    this.metNamespace ||= before;
    return weight;
  }
}

type Container = readonly Value[] | ReadonlyMap<string, Value>;

function isContainer(content: unknown): content is Container {
  return Array.isArray(content) || content instanceof Map;
}

function sizeOf({ value }: Value): number {
  return Array.isArray(value) ? value.length : value instanceof Map ? value.size : 1;
}

const counted = new WeakMap<object, number>();

function nodesOf(node: unknown): number {
  if (typeof node !== 'object' || node === null) return 0;
  const known = counted.get(node);
  if (known !== undefined) return known;
  let nodes = 1;
  for (const child of node instanceof Map ? [...node.entries()].flat() : Object.values(node)) nodes += nodesOf(child);
  counted.set(node, nodes);
  return nodes;
}

function withPart(argument: Argument, part: Partial<Argument>): Argument {
  return { ...argument, ...part };
}

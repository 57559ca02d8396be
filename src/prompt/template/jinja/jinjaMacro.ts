import type { Argument, Block, Expression } from './jinjaSyntax';
import { TemplateRefusal, Tuple, Undefined, type CallArguments, type Value } from './jinjaValues';

export interface MacroShape {
  readonly name: string;
  readonly parameters: readonly Argument[];
  /** Names that its body mentions: only a macro that mentions `varargs`, `kwargs` or `caller` takes such arguments. */
  readonly names: ReadonlySet<string>;
}

interface Variables {
  set(name: string, value: Value): void;
}

/** Sets a macro's parameters. Defaults are evaluated last, when all names are known. */
export function bindMacro(shape: MacroShape, args: CallArguments, scope: Variables, evaluate: (expression: Expression) => Value): void {
  const { name, parameters, names } = shape;
  const left = new Map(args.named);
  const defaults: (readonly [string, Expression])[] = [];
  for (const [index, parameter] of parameters.entries()) {
    const key =
      parameter.type === 'KeywordArgumentExpression' ? parameter.key.value : parameter.type === 'Identifier' ? parameter.value : '';
    const value = index < args.positional.length ? (args.positional[index] ?? null) : left.get(key);
    if (index >= args.positional.length) left.delete(key);
    if (value === undefined && parameter.type === 'KeywordArgumentExpression') defaults.push([key, parameter.value]);
    scope.set(key, value ?? (value === null ? null : new Undefined(`parameter '${key}' was not provided`)));
  }
  const caller = left.get('caller');
  if (names.has('caller')) {
    scope.set('caller', caller ?? new Undefined('No caller defined'));
    left.delete('caller');
  }
  if (names.has('kwargs')) scope.set('kwargs', new Map<Value, Value>(left));
  else if (left.size > 0) throw new TemplateRefusal(`macro '${name}' takes no keyword argument '${String([...left.keys()][0])}'`);
  if (names.has('varargs')) scope.set('varargs', new Tuple(args.positional.slice(parameters.length)));
  else if (args.positional.length > parameters.length)
    throw new TemplateRefusal(`macro '${name}' takes not more than ${parameters.length} argument(s)`);
  for (const [key, expression] of defaults) scope.set(key, evaluate(expression));
}

interface Names {
  readonly names: ReadonlySet<string>;
  /** Nodes that were looked at. */
  readonly nodes: number;
}

const known = new WeakMap<Block, Names>();

/** Names of variables in a block. */
export function namesIn(block: Block): Names {
  const before = known.get(block);
  if (before) return { ...before, nodes: 1 };
  const names = new Set<string>();
  let nodes = 0;
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    nodes++;
    if (node instanceof Map) for (const [key, value] of node) [key, value].forEach(visit);
    else if ('type' in node && node.type === 'Identifier' && 'value' in node) names.add(String(node.value));
    else Object.values(node).forEach(visit);
  };
  visit(block);
  known.set(block, { names, nodes });
  return { names, nodes };
}

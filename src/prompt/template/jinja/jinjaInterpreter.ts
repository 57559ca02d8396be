import type { FilterScope } from './jinjaArguments';
import { RenderBudget } from './jinjaBudget';
import { applyFilter } from './jinjaFilters';
import { findGlobal } from './jinjaGlobals';
import { ordered } from './jinjaPrecedence';
import { bindMacro, namesIn, type MacroShape } from './jinjaMacro';
import { findMethod } from './jinjaMethods';
import { applyOperator, itemAt, negate, slice } from './jinjaOperators';
import { NEGATED_TEST_FILTER, TEST_FILTER, TUPLE_FUNCTION, WITH_VARIABLE } from './jinjaRewrites';
import type {
  Argument,
  BinaryExpression,
  Block,
  CallStatement,
  Expression,
  FilterName,
  ForStatement,
  MacroStatement,
  MemberExpression,
  Statement,
} from './jinjaSyntax';
import { applyTest } from './jinjaTests';
import { toText } from './jinjaText';
import {
  Callable,
  Float,
  isDict,
  isList,
  isTruthy,
  toItems,
  Namespace,
  orElse,
  TemplateRefusal,
  toKey,
  toNumber,
  Tuple,
  typeName,
  Undefined,
  type CallArguments,
  type Value,
} from './jinjaValues';

/** Variables of a block, and those around it. */
class Scope {
  private readonly variables = new Map<string, Value>();

  constructor(private readonly parent?: Scope) {}

  get(name: string): Value | undefined {
    return this.variables.has(name) ? this.variables.get(name) : this.parent?.get(name);
  }

  set(name: string, value: Value): void {
    this.variables.set(name, value);
  }
}

/** A block of statements ends at its end, or by `break` or `continue`. */
type Completion = 'end' | 'break' | 'continue';

const constants: Readonly<Record<string, Value>> = { true: true, True: true, false: false, False: false, none: null, None: null };

/**
 * Renders a template as Jinja2 3.1 does in a sandbox. The interpreter of @huggingface/jinja differs from it in printing, comparing, scopes,
 * loops, text methods and undefined values, so that a prompt would not be the one that a model was trained with.
 */
export class Interpreter implements FilterScope {
  readonly budget = new RenderBudget();
  private readonly globals = new Scope();

  constructor(variables: ReadonlyMap<string, Value>) {
    for (const [name, value] of variables) this.globals.set(name, value);
  }

  /** @throws TemplateLimitError, TemplateRefusal */
  render(program: Block): string {
    return this.text(program, new Scope(this.globals));
  }

  filter(name: string, value: Value, args: CallArguments): Value {
    return applyFilter(name, value, args, this);
  }

  test(name: string, value: Value, args: readonly Value[]): boolean {
    return applyTest(name, value, args, this.budget);
  }

  /** The text of a block in a scope of its own. */
  private text(block: Block, scope: Scope): string {
    const out: string[] = [];
    this.run(block, scope, out);
    return this.budget.join(out);
  }

  private run(block: Block, scope: Scope, out: string[]): Completion {
    for (const statement of block) {
      this.budget.spend(1);
      const completion = this.runStatement(statement, scope, out);
      if (completion !== 'end') return completion;
    }
    return 'end';
  }

  private runStatement(statement: Statement, scope: Scope, out: string[]): Completion {
    switch (statement.type) {
      case 'Comment':
        return 'end';
      case 'Break':
        return 'break';
      case 'Continue':
        return 'continue';
      case 'If':
        return this.run(isTruthy(this.evaluate(statement.test, scope)) ? statement.body : statement.alternate, scope, out);
      case 'For':
        if (statement.loopvar.type === 'Identifier' && statement.loopvar.value === WITH_VARIABLE)
          return this.run(statement.body, new Scope(scope), out);
        this.runFor(statement, scope, out);
        return 'end';
      case 'Set': {
        const value = statement.value ? this.evaluate(statement.value, scope) : this.text(statement.body, new Scope(scope));
        this.assign(statement.assignee, value, scope);
        return 'end';
      }
      case 'Macro':
        scope.set(statement.name.value, this.macro(statement, scope));
        return 'end';
      case 'CallStatement':
        out.push(this.callWithBlock(statement, scope));
        return 'end';
      case 'FilterStatement':
        out.push(toText(this.applyFilter(statement.filter, this.text(statement.body, new Scope(scope)), scope), this.budget));
        return 'end';
      default:
        out.push(toText(this.evaluate(statement, scope), this.budget));
        return 'end';
    }
  }

  private runFor({ loopvar, iterable, body, defaultBlock }: ForStatement, scope: Scope, out: string[]): void {
    const all = toItems(this.evaluate(iterable.type === 'SelectExpression' ? iterable.lhs : iterable, scope), this.budget);
    const items = iterable.type === 'SelectExpression' ? this.itemsWith(iterable.test, all, loopvar, scope) : all;
    let isEmpty = true;
    const loop = new Loop(items, this.budget);
    for (const item of items) {
      const inner = new Scope(scope);
      this.assign(loopvar, item, inner);
      inner.set('loop', loop.next());
      const completion = this.run(body, inner, out);
      if (completion === 'break') break;
      if (completion === 'end') isEmpty = false;
    }
    if (isEmpty) this.run(defaultBlock, new Scope(scope), out);
  }

  private itemsWith(test: Expression, items: readonly Value[], loopvar: Expression, scope: Scope): readonly Value[] {
    return items.filter((item) => {
      const inner = new Scope(scope);
      this.assign(loopvar, item, inner);
      return isTruthy(this.evaluate(test, inner));
    });
  }

  private assign(target: Expression, value: Value, scope: Scope): void {
    if (target.type === 'Identifier') {
      scope.set(target.value, value);
    } else if (target.type === 'TupleLiteral') {
      const items = toItems(value, this.budget);
      const difference = items.length - target.value.length;
      if (difference !== 0) throw new TemplateRefusal(difference < 0 ? 'not enough values to unpack' : 'too many values to unpack');
      for (const [index, part] of target.value.entries()) this.assign(part, items[index] ?? null, scope);
    } else if (target.type === 'MemberExpression' && target.property.type === 'Identifier' && !target.computed) {
      const object = this.evaluate(target.object, scope);
      if (!(object instanceof Namespace)) throw new TemplateRefusal('cannot assign attribute on non-namespace object');
      object.values.set(target.property.value, value);
    } else {
      throw new TemplateRefusal(`cannot assign to ${target.type}`);
    }
  }

  private macro({ name, args, body }: MacroStatement, scope: Scope): Callable {
    return this.callable({ name: name.value, parameters: args, names: this.namesIn(body) }, body, scope);
  }

  private callable(shape: MacroShape, body: Block, scope: Scope): Callable {
    return new Callable(
      shape.name,
      (args) => {
        const inner = new Scope(scope);
        bindMacro(shape, args, inner, (expression) => this.evaluate(expression, inner));
        return this.text(body, inner);
      },
      new Map([['name', shape.name]]),
    );
  }

  private callWithBlock({ call, callerArgs, body }: CallStatement, scope: Scope): string {
    const caller = this.callable({ name: 'caller', parameters: callerArgs ?? [], names: this.namesIn(body) }, body, scope);
    const { positional, named } = this.readArguments(call.args, scope);
    const callee = this.evaluate(call.callee, scope);
    return toText(this.call(callee, { positional, named: new Map([...named, ['caller', caller]]) }), this.budget);
  }

  private namesIn(body: Block): ReadonlySet<string> {
    const { names, nodes } = namesIn(body);
    this.budget.spend(nodes / 8);
    return names;
  }

  private evaluate(expression: Expression, scope: Scope): Value {
    this.budget.spend(1);
    switch (expression.type) {
      case 'Identifier':
        return this.variable(expression.value, scope);
      case 'IntegerLiteral':
      case 'StringLiteral':
        return expression.value;
      case 'FloatLiteral':
        return new Float(expression.value);
      case 'ArrayLiteral':
        return expression.value.map((item) => this.evaluate(item, scope));
      case 'TupleLiteral':
        return new Tuple(expression.value.map((item) => this.evaluate(item, scope)));
      case 'ObjectLiteral':
        return new Map(Array.from(expression.value, ([key, value]) => [toKey(this.evaluate(key, scope)), this.evaluate(value, scope)]));
      case 'MemberExpression':
        return this.member(expression, scope);
      case 'CallExpression':
        if (expression.callee.type === 'Identifier' && expression.callee.value === TUPLE_FUNCTION)
          return new Tuple(this.readArguments(expression.args, scope).positional);
        return this.call(this.evaluate(expression.callee, scope), this.readArguments(expression.args, scope));
      case 'BinaryExpression':
        return this.binary(ordered(expression), scope);
      case 'FilterExpression':
        return this.applyFilter(expression.filter, this.evaluate(expression.operand, scope), scope);
      case 'TestExpression':
        return this.test(expression.test.value, this.evaluate(expression.operand, scope), []) !== expression.negate;
      case 'SelectExpression':
        return isTruthy(this.evaluate(expression.test, scope))
          ? this.evaluate(expression.lhs, scope)
          : new Undefined('the inline if-expression');
      case 'UnaryExpression': {
        const value = this.evaluate(expression.argument, scope);
        if (expression.operator.value === 'not') return !isTruthy(value);
        return expression.operator.value === '-' ? negate(value) : negate(negate(value));
      }
      case 'Ternary':
        return this.evaluate(isTruthy(this.evaluate(expression.condition, scope)) ? expression.trueExpr : expression.falseExpr, scope);
    }
  }

  private variable(name: string, scope: Scope): Value {
    if (Object.hasOwn(constants, name)) return constants[name] ?? null;
    return orElse(scope.get(name), findGlobal(name, this.budget) ?? new Undefined(name));
  }

  private binary({ operator, left, right }: BinaryExpression, scope: Scope): Value {
    const value = this.evaluate(left, scope);
    if (operator.value === 'and') return isTruthy(value) ? this.evaluate(right, scope) : value;
    if (operator.value === 'or') return isTruthy(value) ? value : this.evaluate(right, scope);
    return applyOperator(operator.value, value, this.evaluate(right, scope), this.budget);
  }

  private member({ object, property, computed }: MemberExpression, scope: Scope): Value {
    const owner = this.evaluate(object, scope);
    if (property.type === 'SliceExpression') {
      const part = (bound: Expression | undefined): Value | undefined => bound && this.evaluate(bound, scope);
      return slice(owner, { start: part(property.start), stop: part(property.stop), step: part(property.step) }, this.budget);
    }
    if (computed) return this.item(owner, this.evaluate(property, scope));
    if (property.type === 'IntegerLiteral') return this.item(owner, property.value);
    return property.type === 'Identifier' ? this.attribute(owner, property.value) : new Undefined('attribute');
  }

  /** `object.name`: a method goes before an item of the same name. */
  private attribute(object: Value, name: string): Value {
    if (object instanceof Undefined) object.refuse();
    const found = this.ownAttribute(object, name);
    return found === undefined ? orElse(this.ownItem(object, name), new Undefined(name)) : found;
  }

  /** `object[key]`: an item goes before a method of the same name. */
  item(object: Value, key: Value): Value {
    if (object instanceof Undefined) object.refuse();
    const found = this.ownItem(object, key);
    if (found !== undefined) return found;
    return typeof key === 'string' ? orElse(this.ownAttribute(object, key), new Undefined(key)) : new Undefined(typeName(key));
  }

  private ownAttribute(object: Value, name: string): Value | undefined {
    if (object instanceof Namespace) return object.values.get(name);
    if (object instanceof Callable) return object.attributes.get(name);
    return findMethod(object, name, this.budget);
  }

  private ownItem(object: Value, key: Value): Value | undefined {
    if (object !== null && isDict(object))
      return typeof key === 'string' || toNumber(key) !== undefined || key === null ? object.get(toKey(key)) : undefined;
    if (typeof object === 'string' || isList(object) || object instanceof Tuple)
      return typeof key === 'number' || typeof key === 'boolean' ? itemAt(object, Number(key), this.budget) : undefined;
    return undefined;
  }

  private call(callee: Value, args: CallArguments): Value {
    this.budget.spend(1);
    if (callee instanceof Undefined) callee.refuse();
    if (!(callee instanceof Callable)) throw new TemplateRefusal(`'${typeName(callee)}' object is not callable`);
    return callee.call(args);
  }

  private readArguments(args: readonly Argument[], scope: Scope): CallArguments {
    const positional: Value[] = [];
    const named = new Map<string, Value>();
    const name = (key: string, value: Value): void => {
      if (named.has(key)) throw new TemplateRefusal(`got multiple values for keyword argument '${key}'`);
      named.set(key, value);
    };
    for (const argument of args) {
      if (argument.type === 'KeywordArgumentExpression') name(argument.key.value, this.evaluate(argument.value, scope));
      else if (argument.type === 'SpreadExpression') {
        const items = toItems(this.evaluate(argument.argument, scope), this.budget);
        for (const item of items) positional.push(item);
      } else if (argument.type === 'KeywordSpreadExpression') {
        const entries = this.evaluate(argument.argument, scope);
        if (entries === null || !isDict(entries))
          throw new TemplateRefusal(`argument after ** must be a mapping, not ${typeName(entries)}`);
        for (const [key, value] of entries) name(toText(key, this.budget), value);
      } else positional.push(this.evaluate(argument, scope));
    }
    return { positional, named };
  }

  private applyFilter(filter: FilterName, value: Value, scope: Scope): Value {
    if (filter.type === 'Identifier') return this.filter(filter.value, value, { positional: [], named: new Map() });
    if (filter.callee.type !== 'Identifier') throw new TemplateRefusal('a filter has no name');
    const name = filter.callee.value;
    const args = this.readArguments(filter.args, scope);
    if (name.startsWith(TEST_FILTER)) return this.test(name.slice(TEST_FILTER.length), value, args.positional);
    if (name.startsWith(NEGATED_TEST_FILTER)) return !this.test(name.slice(NEGATED_TEST_FILTER.length), value, args.positional);
    return this.filter(name, value, args);
  }
}

/** The variable `loop`. */
class Loop {
  private index = -1;
  private changing: readonly Value[] | undefined;

  constructor(
    private readonly items: readonly Value[],
    private readonly budget: RenderBudget,
  ) {}

  next(): Value {
    this.budget.spend(4);
    const index = ++this.index;
    const { length } = this.items;
    return new Callable(
      'loop',
      () => {
        throw new TemplateRefusal('The loop is not recursive');
      },
      new Map<string, Value>([
        ['index', index + 1],
        ['index0', index],
        ['revindex', length - index],
        ['revindex0', length - index - 1],
        ['first', index === 0],
        ['last', index === length - 1],
        ['length', length],
        ['depth', 1],
        ['depth0', 0],
        ['previtem', orElse(this.items[index - 1], new Undefined('there is no previous item'))],
        ['nextitem', orElse(this.items[index + 1], new Undefined('there is no next item'))],
        [
          'cycle',
          new Callable('cycle', ({ positional }) => {
            if (positional.length === 0) throw new TemplateRefusal('no items for cycling given');
            return positional[index % positional.length] ?? null;
          }),
        ],
        ['changed', new Callable('changed', ({ positional }) => this.hasChanged(positional))],
      ]),
    );
  }

  private hasChanged(values: readonly Value[]): boolean {
    const before = this.changing;
    this.changing = values;
    return (
      before?.length !== values.length || values.some((value, index) => !applyOperator('==', value, before[index] ?? null, this.budget))
    );
  }
}

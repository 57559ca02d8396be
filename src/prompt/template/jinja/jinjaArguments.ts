import type { RenderBudget } from './jinjaBudget';
import { Float, TemplateRefusal, toNumber, typeName, type CallArguments, type Value } from './jinjaValues';

/** The part of the interpreter that filters use. */
export interface FilterScope {
  readonly budget: RenderBudget;
  filter(name: string, value: Value, args: CallArguments): Value;
  test(name: string, value: Value, args: readonly Value[]): boolean;
  /** `object[key]`, or the attribute of that name. */
  item(object: Value, key: Value): Value;
}

export type Filter = (value: Value, args: CallArguments, scope: FilterScope) => Value;

/** Arguments of a function, a method or a filter, by position or name. */
export class Arguments {
  private readonly values: readonly (Value | undefined)[];

  /** @throws TemplateRefusal for an argument too many or an unknown name */
  constructor(
    private readonly owner: string,
    { positional, named }: CallArguments,
    names: readonly string[],
  ) {
    if (positional.length > names.length)
      throw new TemplateRefusal(`${owner}() takes ${names.length} arguments but ${positional.length} were given`);
    for (const name of named.keys())
      if (!names.includes(name) || names.indexOf(name) < positional.length)
        throw new TemplateRefusal(`${owner}() got an unexpected argument '${name}'`);
    this.values = names.map((name, index) => positional[index] ?? (index < positional.length ? null : named.get(name)));
  }

  find(index: number): Value | undefined {
    return this.values[index];
  }

  get(index: number): Value {
    const value = this.values[index];
    if (value === undefined) throw new TemplateRefusal(`${this.owner}() is missing an argument`);
    return value;
  }

  text(index: number, otherwise?: string): string {
    const value = this.values[index] ?? otherwise;
    if (typeof value === 'string') return value;
    throw new TemplateRefusal(`${this.owner}() needs a text, not ${value === undefined ? 'nothing' : typeName(value)}`);
  }

  /** An int. `otherwise` stands for an argument that is missing. */
  integer(index: number, otherwise?: number): number {
    const value = this.values[index] ?? otherwise;
    const number = value === undefined || value instanceof Float ? undefined : toNumber(value);
    if (number !== undefined) return number;
    throw new TemplateRefusal(`${this.owner}() needs an integer, not ${value === undefined ? 'nothing' : typeName(value)}`);
  }
}

import type { RenderBudget } from './jinjaBudget';
import type { CallArguments, Value } from './jinjaValues';

/** The part of the interpreter that filters use. */
export interface FilterScope {
  readonly budget: RenderBudget;
  filter(name: string, value: Value, args: CallArguments): Value;
  test(name: string, value: Value, args: readonly Value[]): boolean;
  /** `object[key]`, or the attribute of that name. */
  item(object: Value, key: Value): Value;
}

export type Filter = (value: Value, args: CallArguments, scope: FilterScope) => Value;

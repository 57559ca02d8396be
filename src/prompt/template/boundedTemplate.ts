import { TemplateLimitError, templateLimits } from './jinja/jinjaBudget';
import { Interpreter } from './jinja/jinjaInterpreter';
import { parseTemplate, type Block } from './jinja/jinjaSyntax';
import type { Value } from './jinja/jinjaValues';

export { TemplateLimitError, templateLimits } from './jinja/jinjaBudget';

/** A variable that a template is given: JSON, and nothing that could be called. */
export type TemplateVariable =
  null | boolean | number | string | readonly TemplateVariable[] | { readonly [key: string]: TemplateVariable };

/**
 * A Jinja chat template of a model file. It cannot run on: the source, each step and everything it makes are counted, as the language has
 * loops and recursion.
 */
export class BoundedTemplate {
  private readonly program: Block;

  /** @throws TemplateLimitError, and another error where it does not parse */
  constructor(source: string) {
    if (source.length > templateLimits.sourceCharacters) throw new TemplateLimitError(`it has ${source.length} characters`);
    this.program = withoutOverflow(() => parseTemplate(source));
  }

  /** @throws TemplateLimitError, and TemplateRefusal where something in it cannot be done */
  render(variables: Readonly<Record<string, TemplateVariable>>): string {
    const values = new Map<string, Value>();
    for (const [name, value] of Object.entries(variables)) values.set(name, toValue(value));
    return withoutOverflow(() => new Interpreter(values).render(this.program));
  }
}

/** The end of the stack, or of the longest text, is no fault of the caller. */
function withoutOverflow<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof RangeError ? new TemplateLimitError(`it goes too deep (${error.message})`) : error;
  }
}

function toValue(variable: TemplateVariable): Value {
  if (Array.isArray(variable)) return variable.map(toValue);
  if (typeof variable !== 'object' || variable === null) return variable;
  return new Map(Object.entries(variable).map(([key, value]): readonly [Value, Value] => [key, toValue(value)]));
}

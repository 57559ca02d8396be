import type { Token } from './jinjaLexer';
import type { BinaryExpression, Expression } from './jinjaSyntax';

const comparing: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>=', 'in', 'not in']);
const adding: ReadonlySet<string> = new Set(['+', '-', '~']);

const known = new WeakMap<BinaryExpression, BinaryExpression>();

/**
 * An expression with Jinja's precedence. The parser of @huggingface/jinja takes `a < b < c` as `(a < b) < c`, and `~` as strong as `+`
 * though it is stronger. Operators between the same brackets have the same group.
 */
export function ordered(expression: BinaryExpression): BinaryExpression {
  const before = known.get(expression);
  if (before) return before;
  const after = adding.has(expression.operator.value) ? orderSum(expression) : orderComparison(expression);
  known.set(expression, after);
  known.set(after, after);
  return after;
}

function isPartOf({ operator }: BinaryExpression, left: Expression, operators: ReadonlySet<string>): left is BinaryExpression {
  return left.type === 'BinaryExpression' && operators.has(left.operator.value) && left.operator.group === operator.group;
}

/** Operands and operators of a chain such as `a + b ~ c`, from left to right. */
function readChain(
  expression: BinaryExpression,
  operators: ReadonlySet<string>,
): { readonly operands: Expression[]; readonly signs: Token[] } {
  const operands: Expression[] = [];
  const signs: Token[] = [];
  let at = expression;
  for (;;) {
    operands.unshift(at.right);
    signs.unshift(at.operator);
    if (!isPartOf(expression, at.left, operators)) break;
    at = at.left;
  }
  operands.unshift(at.left);
  return { operands, signs };
}

function binary(operator: Token, left: Expression, right: Expression): BinaryExpression {
  const made: BinaryExpression = { type: 'BinaryExpression', operator, left, right };
  known.set(made, made);
  return made;
}

function orderSum(expression: BinaryExpression): BinaryExpression {
  if (!isPartOf(expression, expression.left, adding)) return expression;
  const { operands, signs } = readChain(expression, adding);
  if (!signs.some(({ value }) => value === '~') || signs.every(({ value }) => value === '~')) return expression;
  const terms: Expression[] = operands.slice(0, 1);
  const sums: Token[] = [];
  for (const [index, sign] of signs.entries()) {
    const operand = operands[index + 1];
    const last = terms.at(-1);
    if (operand === undefined || last === undefined) continue;
    if (sign.value === '~') terms[terms.length - 1] = binary(sign, last, operand);
    else {
      terms.push(operand);
      sums.push(sign);
    }
  }
  return fold(terms, sums) ?? expression;
}

function fold(terms: readonly Expression[], signs: readonly Token[]): BinaryExpression | undefined {
  let sum = terms[0];
  for (const [index, sign] of signs.entries()) {
    const term = terms[index + 1];
    if (sum !== undefined && term !== undefined) sum = binary(sign, sum, term);
  }
  return sum?.type === 'BinaryExpression' ? sum : undefined;
}

function orderComparison(expression: BinaryExpression): BinaryExpression {
  if (!comparing.has(expression.operator.value) || !isPartOf(expression, expression.left, comparing)) return expression;
  const { operands, signs } = readChain(expression, comparing);
  const links = signs.flatMap((sign, index): BinaryExpression[] => {
    const [left, right] = [operands[index], operands[index + 1]];
    return left === undefined || right === undefined ? [] : [binary(sign, left, right)];
  });
  const and: Token = { type: 'Identifier', value: 'and', group: expression.operator.group };
  return (
    fold(
      links,
      links.slice(1).map(() => and),
    ) ?? expression
  );
}

import { parse } from '@huggingface/jinja';
import { TemplateSyntaxError, tokenizeTemplate, type Token } from './jinjaLexer';
import { rewriteTokens } from './jinjaRewrites';

// The syntax tree of @huggingface/jinja, which does not export its types.

export type Statement =
  | Expression
  | { readonly type: 'Comment' | 'Break' | 'Continue' }
  | { readonly type: 'If'; readonly test: Expression; readonly body: Block; readonly alternate: Block }
  | ForStatement
  | { readonly type: 'Set'; readonly assignee: Expression; readonly value: Expression | null; readonly body: Block }
  | MacroStatement
  | CallStatement
  | { readonly type: 'FilterStatement'; readonly filter: FilterName; readonly body: Block };

export type Block = readonly Statement[];

export interface ForStatement {
  readonly type: 'For';
  readonly loopvar: Expression;
  readonly iterable: Expression;
  readonly body: Block;
  readonly defaultBlock: Block;
}

export interface MacroStatement {
  readonly type: 'Macro';
  readonly name: Identifier;
  readonly args: readonly Argument[];
  readonly body: Block;
}

export interface CallStatement {
  readonly type: 'CallStatement';
  readonly call: CallExpression;
  readonly callerArgs: readonly Argument[] | null;
  readonly body: Block;
}

export type Expression =
  | Identifier
  | CallExpression
  | MemberExpression
  | BinaryExpression
  | { readonly type: 'IntegerLiteral' | 'FloatLiteral'; readonly value: number }
  | { readonly type: 'StringLiteral'; readonly value: string }
  | { readonly type: 'ArrayLiteral' | 'TupleLiteral'; readonly value: readonly Expression[] }
  | { readonly type: 'ObjectLiteral'; readonly value: ReadonlyMap<Expression, Expression> }
  | { readonly type: 'FilterExpression'; readonly operand: Expression; readonly filter: FilterName }
  | SelectExpression
  | { readonly type: 'TestExpression'; readonly operand: Expression; readonly negate: boolean; readonly test: Identifier }
  | { readonly type: 'UnaryExpression'; readonly operator: Token; readonly argument: Expression }
  | { readonly type: 'Ternary'; readonly condition: Expression; readonly trueExpr: Expression; readonly falseExpr: Expression };

export interface Identifier {
  readonly type: 'Identifier';
  readonly value: string;
}

export interface CallExpression {
  readonly type: 'CallExpression';
  readonly callee: Expression;
  readonly args: readonly Argument[];
}

export interface MemberExpression {
  readonly type: 'MemberExpression';
  readonly object: Expression;
  readonly property: Expression | SliceExpression;
  readonly computed: boolean;
}

export interface BinaryExpression {
  readonly type: 'BinaryExpression';
  readonly operator: Token;
  readonly left: Expression;
  readonly right: Expression;
}

/** `value if test` without an else; also what a loop runs over, where it has a condition. */
export interface SelectExpression {
  readonly type: 'SelectExpression';
  readonly lhs: Expression;
  readonly test: Expression;
}

export interface SliceExpression {
  readonly type: 'SliceExpression';
  readonly start?: Expression;
  readonly stop?: Expression;
  readonly step?: Expression;
}

export type Argument =
  | Expression
  | { readonly type: 'KeywordArgumentExpression'; readonly key: Identifier; readonly value: Expression }
  | { readonly type: 'SpreadExpression'; readonly argument: Expression }
  | { readonly type: 'KeywordSpreadExpression'; readonly argument: Expression };

export type FilterName = Identifier | CallExpression;

/** The library's parser. It reads the type and the value of a token and keeps operators as they are. */
const parseTokens = parse as unknown as (tokens: readonly Token[]) => { readonly body: Block };

/** @throws TemplateSyntaxError and what the library throws */
export function parseTemplate(source: string): Block {
  const tokens = rewriteTokens(tokenizeTemplate(source));
  try {
    return parseTokens(tokens).body;
  } catch (error) {
    // The parser reads on behind the last token where something does not end.
    throw error instanceof TypeError ? new TemplateSyntaxError('it ends too early') : error;
  }
}

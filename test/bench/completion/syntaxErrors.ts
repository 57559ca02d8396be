import type { Node } from '@vscode/tree-sitter-wasm';
import { Grammars } from '../../../src/worker/syntax/grammars';
import type { Position } from './completionPositions';

/** Counts, by tree-sitter, what a text breaks. Unlike the rule that is measured, it looks at the whole file and knows the true one. */
export class SyntaxErrors {
  private readonly grammars = new Grammars();

  /** Errors that the file has with a text at a place, beyond those it really has; `undefined` where its language has no grammar. */
  async broughtBy({ language, prefix, suffix, missing }: Position, text: string, replaces = 0): Promise<number | undefined> {
    const parser = await this.grammars.parserOf(language, (message) => {
      throw new Error(message);
    });
    if (!parser) return undefined;
    const [now, before] = [text + suffix.slice(replaces), missing + suffix].map((rest) => {
      const tree = parser.parse(prefix + rest);
      const errors = tree ? errorsIn(tree.rootNode) : 0;
      tree?.delete();
      return errors;
    });
    return Math.max(0, (now ?? 0) - (before ?? 0));
  }
}

function errorsIn(node: Node): number {
  if (!node.hasError) return 0;
  if (node.isMissing) return 1;
  return node.children.reduce((sum, child) => sum + (child ? errorsIn(child) : 0), node.isError ? 1 : 0);
}

import type { Node, Parser } from '@vscode/tree-sitter-wasm';
import type { Outline, OutlineEntry } from '../../prompt/promptTypes';
import { RecentMap } from '../../util/lruCache';
import type { Grammars } from './grammars';

/** Longest text that is parsed: a longer one would keep ghost text waiting. */
const mostCharacters = 200_000;
/** How far down the syntax tree declarations are looked for. A method of an exported class is the fourth node. */
const deepest = 10;
/** Texts whose outlines are kept: a conversation's files come again with each of its questions. */
const mostKept = 16;

/** The declarations of texts, by the languages' grammars. */
export class Outlines {
  private readonly parsers = new Map<string, Parser>();
  /** By language and text. */
  private readonly kept = new RecentMap<string, readonly OutlineEntry[]>(mostKept);

  constructor(
    private readonly grammars: Grammars,
    private readonly warn: (message: string) => void,
  ) {}

  /** Loads what {@link of} needs to know of these languages. Never rejects. */
  async prepare(languages: Iterable<string>): Promise<void> {
    for (const language of new Set(languages)) {
      const parser = await this.grammars.parserOf(language, this.warn);
      if (parser) this.parsers.set(language, parser);
    }
  }

  /** Of a text in a language that has been prepared. Parses, which takes tens of milliseconds for thousands of lines. */
  readonly of: Outline = (language, text) => {
    const parser = this.parsers.get(language);
    if (!parser || text.length > mostCharacters) return undefined;
    const key = `${language}\n${text}`;
    const outline = this.kept.get(key) ?? this.parse(parser, text);
    if (outline) this.kept.set(key, outline);
    return outline;
  };

  private parse(parser: Parser, text: string): readonly OutlineEntry[] | undefined {
    const tree = parser.parse(text);
    if (!tree) return undefined;
    try {
      const entries: OutlineEntry[] = [];
      collect(tree.rootNode, { row: -1, depth: 0 }, { lines: text.split('\n'), entries });
      return entries;
    } finally {
      tree.delete();
    }
  }
}

/** What holds the parts of a declaration and is none itself: with braces on the line above or below, or none, as each language has it. */
const container = /(^|_)(block|body|list|suite|compound_statement|body_statement)$/u;

/** The declaration that nodes lie in: the row where it begins, and the depth of what is in it. */
interface Outer {
  readonly row: number;
  readonly depth: number;
}

/** What begins on a line of its own below `parent`. Comments belong to what follows them: no text is cut behind one. */
function collect(
  parent: Node,
  outer: Outer,
  found: { readonly lines: readonly string[]; readonly entries: OutlineEntry[] },
  level = 1,
): void {
  for (const node of parent.namedChildren) {
    if (!node || /comment|param/u.test(node.type)) continue;
    const { startPosition: start, endPosition: end } = node;
    // Some grammars count the line's end as the node's.
    const lastRow = end.column === 0 && end.row > start.row ? end.row - 1 : end.row;
    const beginsLine = found.lines[start.row]?.slice(0, start.column).trim() === '';
    const isContainer = container.test(node.type);
    const isOwn = start.row > outer.row && beginsLine && !isContainer;
    if (isOwn) found.entries.push({ startLine: start.row + 1, endLine: lastRow + 1, depth: outer.depth });
    if ((lastRow > start.row || isContainer) && level < deepest) {
      collect(node, isOwn ? { row: start.row, depth: outer.depth + 1 } : outer, found, level + 1);
    }
  }
}

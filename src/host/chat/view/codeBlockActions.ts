import type { UserContent } from '../../../contract/context';
import MarkdownIt from 'markdown-it';
import { useAnswerBlocks, type FenceMeta } from '../../../util/text/answerBlocks';
import { splitLines } from '../../../util/text/lines';
import { ThoughtReader } from '../../../util/text/thoughts';
import type { CodeAction } from '../../../contract/webview/chatMessages';

/** A code block of an answer. Everything in it is the model's. */
export interface CodeBlock {
  readonly code: string;
  /** What stands behind the opening fence; its first word is mostly the language. */
  readonly info: string;
  /** The line of prose right before the block; empty for none. */
  readonly before: string;
  /** Whether its end has been written. */
  readonly complete: boolean;
}

/** What another feature does with a code block; `about` is what the turn was asked with. */
export type CodeActions = Readonly<Record<CodeAction, (block: CodeBlock, about: UserContent) => Promise<void>>>;

/** Cuts an answer into blocks as the page's parser does: both must find the same code. */
const markdown = new MarkdownIt();
useAnswerBlocks(markdown);

/** The code blocks of `answer` in the order they stand, those in lists and quotes among them, those in thoughts not. */
export function codeBlocksOf(answer: string): readonly CodeBlock[] {
  const environment = {};
  const parts = new ThoughtReader().read(answer);
  return parts.flatMap(({ kind, start, end }) => {
    const blocks = blocksIn(answer.slice(start, end), environment);
    return kind === 'thought' ? [] : blocks.map((block) => (end < answer.length ? { ...block, complete: true } : block));
  });
}

/** @param environment the definitions of links so far, which later parts know as well */
function blocksIn(text: string, environment: object): readonly CodeBlock[] {
  const lines = splitLines(text.replace(/(?:\r\n?|\n)$/, ''));
  return markdown
    .parse(text, environment)
    .filter(({ type }) => type === 'fence' || type === 'code_block')
    .map(({ content, info, map, meta }) => {
      const [first, end] = map ?? [0, 0];
      return {
        code: content.replace(/\n$/, ''),
        info: markdown.utils.unescapeAll(info).trim(),
        before: lineBefore(lines, first),
        complete: end < lines.length || (meta as FenceMeta | null)?.closed === true,
      };
    });
}

/** The last line with words before line `first`, unless a code block ends there. */
function lineBefore(lines: readonly string[], first: number): string {
  const line = lines
    .slice(Math.max(0, first - 2), first)
    .filter((text) => text.trim() !== '')
    .at(-1);
  return line === undefined || /^[\s>]*(?:```|~~~)/.test(line) ? '' : line.trim();
}

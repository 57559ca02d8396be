import MarkdownIt from 'markdown-it';
import type { UserContent } from '../../protocol/worker';
import type { CodeAction } from '../../protocol/webview';

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

/** As the webview's parser, as far as blocks go: both must count the same ones. */
const markdown = new MarkdownIt();
// A definition with another address is none, and what follows it then no code.
markdown.validateLink = (address) => /^(?:https?|mailto):/i.test(address.trim());

/** The code blocks of `answer` in the order they stand, those in lists and quotes among them. */
export function codeBlocksOf(answer: string): readonly CodeBlock[] {
  const lines = answer.replace(/(?:\r\n?|\n)$/, '').split(/\r\n?|\n/);
  return markdown
    .parse(answer, {})
    .filter(({ type }) => type === 'fence' || type === 'code_block')
    .map(({ content, info, map, markup }) => {
      const [first, end] = map ?? [0, 0];
      return {
        code: content.replace(/\n$/, ''),
        info: info.trim(),
        before: lineBefore(lines, first),
        complete: end < lines.length || (markup !== '' && end - first > 1 && closes(lines[end - 1] ?? '', markup)),
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

/** Whether `line` ends a fence that began with `markup`; it may stand in a quote. */
function closes(line: string, markup: string): boolean {
  const text = line.replace(/^[\s>]*/, '').trimEnd();
  return text.length >= markup.length && text === (markup[0] ?? '').repeat(text.length);
}

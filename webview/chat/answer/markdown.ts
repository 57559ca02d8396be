/** Renders Markdown to HTML. The HTML is not trusted: it goes through `sanitize.ts` before it is put into the document. */
import MarkdownIt from 'markdown-it';
import cjkFriendly from 'markdown-it-cjk-friendly';
import { useAnswerBlocks, type AnswerEnvironment, type FenceMeta, type FormulaMeta } from '../../../src/util/text/answerBlocks';
import { linkAddresses } from './links';
import { useFormulas } from './math';

/** A top-level block: a paragraph, a list, a fence. */
export interface Block {
  /** Number of its first line in the parsed text, from 0. */
  readonly line: number;
  readonly content: BlockContent;
  /** Its end cannot change, whatever text follows. */
  readonly decided: boolean;
  /** State for the text that follows. */
  readonly after: MarkdownState;
}

export type BlockContent =
  { readonly kind: 'html'; readonly html: string } | { readonly kind: 'code'; readonly code: string; readonly language: string };

/** What a block depends on in the blocks before it. */
export interface MarkdownState {
  /** `[label]: address` definitions. */
  readonly references: object;
  /** Level of the last heading. */
  readonly headingLevel: number;
}

/** Above an answer stand the title (1), the question (2) and the answer's own heading (3). */
const ANSWER_HEADING_LEVEL = 3;
const LOWEST_HEADING_LEVEL = 6;

export const initialState: MarkdownState = { references: {}, headingLevel: ANSWER_HEADING_LEVEL };

type Token = ReturnType<MarkdownIt['parse']>[number];
type CoreState = Parameters<Parameters<MarkdownIt['core']['ruler']['push']>[1]>[0];
interface Environment extends AnswerEnvironment {
  references: object;
}

const markdown = create();

/** Parses the top-level blocks of `text`, given the state after the text before it. */
export function parseBlocks(text: string, state: MarkdownState): readonly Block[] {
  const environment: Environment = { references: { ...state.references } };
  const groups = groupTopLevel(markdown.parse(text, environment));
  let headingLevel = state.headingLevel;
  return groups.map((tokens) => {
    headingLevel = setHeadingLevels(tokens, headingLevel);
    const after = { references: environment.references, headingLevel };
    return { line: tokens[0]?.map?.[0] ?? 0, content: renderContent(tokens, environment), decided: isDecided(tokens, environment), after };
  });
}

function isDecided(tokens: readonly Token[], { undecidedFrom = Number.POSITIVE_INFINITY }: Environment): boolean {
  const end = tokens[0]?.map?.[1] ?? 0;
  return end <= undecidedFrom && tokens.every(({ meta }) => (meta as Partial<FenceMeta | FormulaMeta> | null)?.decided !== false);
}

function create(): MarkdownIt {
  const md = new MarkdownIt({ html: false, linkify: true, breaks: false });
  // In CommonMark `**注意：**没有` is not bold, as no space follows the punctuation.
  md.use(cjkFriendly);
  linkAddresses(md);
  useAnswerBlocks(md);
  // An image would be fetched from any address the model writes. As a link, the address stays readable.
  md.disable('image');
  md.use(useFormulas);
  md.core.ruler.at('inline', parseInline);
  md.core.ruler.after('inline', 'table_break', breakCells);
  md.renderer.rules['plain_text'] = (tokens, index) => md.utils.escapeHtml(tokens[index]?.content ?? '');
  for (const name of ['th_open', 'td_open']) md.renderer.rules[name] = renderCell;
  return md;
}

/** A paragraph that is longer, or has a longer line, becomes plain text. Parsing it would take too long. */
const MAX_LINE = 10_000;
const MAX_PARAGRAPH = 20_000;

/** Replaces markdown-it's rule: limits the length, and keeps the formula that a block begins with. */
function parseInline({ tokens, md, env, Token }: CoreState): void {
  for (const token of tokens) {
    if (token.type !== 'inline') continue;
    const { formulaLength = 0 } = (token.meta ?? {}) as Partial<FormulaMeta>;
    const children: Token[] = [];
    const text = token.content.slice(formulaLength);
    if (isTooLong(text)) children.push(Object.assign(new Token('plain_text', '', 0), { content: text }));
    else md.inline.parse(text, md, env, children);
    if (formulaLength > 0) children.unshift(Object.assign(new Token('formula', '', 0), { content: token.content.slice(0, formulaLength) }));
    token.children = children;
  }
}

function isTooLong(text: string): boolean {
  if (text.length <= MAX_LINE) return false;
  return text.length > MAX_PARAGRAPH || text.split('\n').some((line) => line.length > MAX_LINE);
}

/** Makes `<br>` in a table's cell a line break, as Markdown has no other way to write one there. */
function breakCells({ tokens, Token }: CoreState): void {
  for (const [index, token] of tokens.entries()) {
    const isCell = /^t[hd]_open$/.test(tokens[index - 1]?.type ?? '');
    if (token.type !== 'inline' || !isCell || !/<br/i.test(token.content)) continue;
    token.children = (token.children ?? []).flatMap((child) => {
      if (child.type !== 'text' || !/<br/i.test(child.content)) return [child];
      const texts = child.content
        .split(/<br\s*\/?>/i)
        .map((content) => Object.assign(new Token('text', '', 0), { content, level: child.level }));
      return texts.flatMap((text, at) => (at === 0 ? [text] : [new Token('hardbreak', 'br', 0), text]));
    });
  }
}

/** Writes the alignment as a class, as the sanitiser removes style attributes. */
function renderCell(tokens: Token[], index: number): string {
  const token = tokens[index];
  const side = /text-align:(left|center|right)/.exec(token?.attrGet('style') ?? '')?.[1];
  const tag = token?.tag === 'th' ? 'th' : 'td';
  return side === undefined ? `<${tag}>` : `<${tag} class="align-${side}">`;
}

function groupTopLevel(tokens: readonly Token[]): Token[][] {
  const groups: Token[][] = [];
  let depth = 0;
  for (const token of tokens) {
    if (depth === 0 && token.nesting >= 0) groups.push([]);
    depth += token.nesting;
    groups.at(-1)?.push(token);
  }
  return groups;
}

function renderContent(tokens: Token[], environment: Environment): BlockContent {
  const [first] = tokens;
  if (first?.type === 'fence' || first?.type === 'code_block') {
    const language = /^\S*/.exec(markdown.utils.unescapeAll(first.info).trim())?.[0].toLowerCase() ?? '';
    const code = first.content.replace(/\n$/, '');
    return { kind: 'code', code, language };
  }
  return { kind: 'html', html: markdown.renderer.render(tokens, markdown.options, environment) };
}

/**
 * Sets headings below the answer's own heading, and at most one level deeper than the heading before, as screen readers need. The class
 * keeps the level that the model wrote, which decides the size.
 */
function setHeadingLevels(tokens: readonly Token[], before: number): number {
  let level = before;
  for (const token of tokens) {
    if (token.type !== 'heading_open' && token.type !== 'heading_close') continue;
    if (token.type === 'heading_open') {
      const written = Number(token.tag.slice(1));
      token.attrSet('class', `heading-${String(written)}`);
      level = Math.min(written + ANSWER_HEADING_LEVEL, level + 1, LOWEST_HEADING_LEVEL);
    }
    token.tag = `h${String(level)}`;
  }
  return level;
}

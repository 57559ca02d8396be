/** Markdown to HTML. The HTML is not trusted: it goes through `sanitize.ts` before it comes near the document. */
import MarkdownIt from 'markdown-it';
import cjkFriendly from 'markdown-it-cjk-friendly';
import { formulas } from './math';

/** A top-level block: a paragraph, a list, a fence. */
export interface Block {
  /** Line it begins in, counted from the beginning of the text that was parsed. */
  readonly line: number;
  readonly content: BlockContent;
  /** State for what follows. */
  readonly after: MarkdownState;
}

export type BlockContent =
  { readonly kind: 'html'; readonly html: string } | { readonly kind: 'code'; readonly code: string; readonly language: string };

/** What a block needs to know of those before it. */
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
interface Environment {
  references: object;
}

const markdown = create();

/** The top-level blocks of `text`, where `state` holds after what stood before it. */
export function parseBlocks(text: string, state: MarkdownState): readonly Block[] {
  const environment: Environment = { references: { ...state.references } };
  const groups = topLevel(markdown.parse(text, environment));
  let headingLevel = state.headingLevel;
  return groups.map((tokens) => {
    headingLevel = setHeadingLevels(tokens, headingLevel);
    const after = { references: environment.references, headingLevel };
    return { line: tokens[0]?.map?.[0] ?? 0, content: contentOf(tokens, environment), after };
  });
}

function create(): MarkdownIt {
  const md = new MarkdownIt({ html: false, linkify: true, breaks: false });
  // By CommonMark's own rule `**注意：**没有` is not bold, as no space follows the punctuation.
  md.use(cjkFriendly);
  // `main.rs` and `setup.py` are files, not sites.
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
  md.linkify.add('ftp:', null).add('//', null);
  md.validateLink = (address) => /^(?:https?|mailto):/i.test(address.trim());
  // An image would be fetched from wherever the model says; its address stays readable as a link.
  md.disable('image');
  md.use(formulas);
  for (const name of ['th_open', 'td_open']) md.renderer.rules[name] = alignedCell;
  return md;
}

/** Alignment as a class: style attributes are not let through. */
function alignedCell(tokens: Token[], index: number): string {
  const token = tokens[index];
  const side = /text-align:(left|center|right)/.exec(token?.attrGet('style') ?? '')?.[1];
  const tag = token?.tag === 'th' ? 'th' : 'td';
  return side === undefined ? `<${tag}>` : `<${tag} class="align-${side}">`;
}

function topLevel(tokens: readonly Token[]): Token[][] {
  const groups: Token[][] = [];
  let depth = 0;
  for (const token of tokens) {
    if (depth === 0 && token.nesting >= 0) groups.push([]);
    depth += token.nesting;
    groups.at(-1)?.push(token);
  }
  return groups;
}

function contentOf(tokens: Token[], environment: Environment): BlockContent {
  const [first] = tokens;
  if (first?.type === 'fence' || first?.type === 'code_block') {
    const language = /^\S*/.exec(first.info.trim())?.[0].toLowerCase() ?? '';
    const code = first.content.replace(/\n$/, '');
    return { kind: 'code', code, language };
  }
  return { kind: 'html', html: markdown.renderer.render(tokens, markdown.options, environment) };
}

/**
 * Headings below the answer's own, and never more than one level deeper than the one before, as screen readers want it. The class keeps
 * the level the model wrote, which decides the size.
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

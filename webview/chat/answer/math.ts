/**
 * Formulas stay as the model wrote them. Markdown would take the backslash out of `\(`, and the underscores of `$x_1 + y_1$` for emphasis;
 * there is nothing here that sets mathematics, and TeX is readable as it is.
 */
import type MarkdownIt from 'markdown-it';

/**
 * `\(…\)`, `\[…\]` and `$$…$$`; also `$…$` in one line, where neither space nor a digit's price can be meant: the first dollar stands
 * before, the last behind something, and no digit follows. The limit keeps hostile text from being searched over and over. Those that begin
 * a line and take several are blocks of their own (`answerBlocks.ts`).
 */
const FORMULA = /\\\([^`]{1,1000}?\\\)|\\\[[^`]{1,1000}?\\\]|\$\$[^$`]+\$\$|\$(?!\s)[^$`\n]*[^$`\s\\]\$(?!\d)/y;

/** Makes {@link FORMULA} text that nothing else in Markdown looks into. */
export function formulas(markdown: MarkdownIt): void {
  markdown.inline.ruler.before('escape', 'formula', (state, silent) => {
    const first = state.src[state.pos];
    if (first !== '\\' && first !== '$') return false;
    FORMULA.lastIndex = state.pos;
    const [formula] = FORMULA.exec(state.src) ?? [];
    if (formula === undefined || state.pos + formula.length > state.posMax) return false;
    if (!silent) state.push('formula', '', 0).content = formula;
    state.pos += formula.length;
    return true;
  });
  markdown.renderer.rules['formula'] = (tokens, index) =>
    `<span class="formula">${markdown.utils.escapeHtml(tokens[index]?.content ?? '')}</span>`;
}

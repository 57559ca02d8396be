/**
 * Keeps formulas as the model wrote them, as the page does not set mathematics and TeX is readable. Markdown would drop the backslash of
 * `\(`, and take the underscores of `$x_1 + y_1$` for emphasis.
 */
import type MarkdownIt from 'markdown-it';

/**
 * Matches `\(…\)`, `\[…\]` and `$$…$$`. Matches `$…$` in one line too, unless it may be a price: no space follows the first dollar or
 * precedes the last, and no digit follows. The limit keeps hostile text from being searched again and again. Formulas that begin a line and
 * take several lines are blocks of their own (`answerBlocks.ts`).
 */
const FORMULA = /\\\([^`]{1,1000}?\\\)|\\\[[^`]{1,1000}?\\\]|\$\$[^$`]+\$\$|\$(?!\s)[^$`\n]*[^$`\s\\]\$(?!\d)/y;

/** Adds the rule for {@link FORMULA}. No other rule looks inside a formula. */
export function useFormulas(markdown: MarkdownIt): void {
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

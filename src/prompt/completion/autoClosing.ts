/**
 * Text that editors insert by themselves when something is opened: it stands to the right of the cursor although nobody typed it.
 * Sources: `autoClosingPairs` of the language configurations that ship with VS Code, its closing tags for HTML and JSX, and those of the
 * extensions for Jinja, Twig, Blade, Razor, ERB, Vue and Svelte.
 */

/** Closers of more than one character with what opens them, the longer ones first where one begins like another. */
const LONG_PAIRS: readonly (readonly [close: string, open: string])[] = [
  ['--%>', '<%--'],
  ['--}}', '{{--'],
  ['-->', '<!--'],
  [']]>', '<![CDATA['],
  ['**/', '/**'],
  ['*/', '/*'],
  ['-%}', '{%-'],
  ['%}', '{%'],
  ['-}}', '{{-'],
  ['}}', '{{'],
  ['#}', '{#'],
  ['-%>', '<%'],
  ['%>', '<%'],
  ['?>', '<?'],
  ['*)', '(*'],
  ['-}', '{-'],
  ['#>', '<#'],
  ['|#', '#|'],
  ['=#', '#='],
  ['*@', '@*'],
  ['\\)', '\\('],
  ['\\]', '\\['],
];

/** Brackets of Chinese and Japanese text, and the full-width forms of ours. */
export const CJK_BRACKETS: readonly (readonly [open: string, close: string])[] = [
  ['（', '）'],
  ['［', '］'],
  ['｛', '｝'],
  ['【', '】'],
  ['「', '」'],
  ['『', '』'],
  ['《', '》'],
  ['〈', '〉'],
  ['〔', '〕'],
  ['〖', '〗'],
];

const CLOSING_TAG = /^<\/[\p{L}\p{N}_:.-]*>/u;
/** `/>` closes a tag that has no content. */
const SINGLE_CLOSER = /^(?:\/>|[\s)\]}>"'`$;,:，；：。、”’»›]|[）］｝】」』》〉〔〕〖〗])/u;

/** Whether `text`, the rest of a line, is empty or only what an editor closes by itself, such as `)`, `</div>`, ` *\/` or `”`. */
export function isAutoClosed(text: string): boolean {
  let rest = text;
  while (rest !== '') {
    const length = closerLength(rest);
    if (length === 0) return false;
    rest = rest.slice(length);
  }
  return true;
}

/** Length of the closer that `text` begins with; 0 where it begins with something else. */
function closerLength(text: string): number {
  const tag = CLOSING_TAG.exec(text);
  if (tag) return tag[0].length;
  const long = LONG_PAIRS.find(([close]) => text.startsWith(close));
  return long?.[0].length ?? SINGLE_CLOSER.exec(text)?.[0].length ?? 0;
}

/**
 * Finds where a generated text writes the tag, comment or template end that `rest` begins with. One that the text opens itself does not
 * count.
 * @param rest what stands to the right of the cursor, without leading white space
 * @returns an index in `text`; `undefined` where the text does not write it, or `rest` begins with something else
 */
export function indexOfDoubledCloser(text: string, rest: string): number | undefined {
  const tag = CLOSING_TAG.exec(rest)?.[0];
  if (tag !== undefined) return firstUnmatched(text, tag, new RegExp(`<${escapeRegExp(tag.slice(2, -1))}(?=[\\s/>])[^<>]*(?<!/)>`, 'gu'));
  const [close, open] = LONG_PAIRS.find(([each]) => rest.startsWith(each)) ?? [];
  // The brackets of `}}` are matched one by one, as those of nested objects.
  if (close === undefined || open === undefined || close === '}}') return undefined;
  return firstUnmatched(text, close, new RegExp(escapeRegExp(open), 'gu'));
}

/** Index of the first `close` in `text` that none of the earlier matches of `open` accounts for. */
function firstUnmatched(text: string, close: string, open: RegExp): number | undefined {
  const opened = Array.from(text.matchAll(open), ({ index }) => index);
  let at = text.indexOf(close);
  for (let count = 0; at >= 0; count++) {
    const before = opened.filter((index) => index < at).length;
    if (before <= count) return at;
    at = text.indexOf(close, at + close.length);
  }
  return undefined;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/gu, String.raw`\$&`);
}

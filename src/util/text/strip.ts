/** What Python's `str.strip()` removes. JavaScript's `trim()` differs: it spares U+001C to U+001F and U+0085 and takes U+FEFF. */
const PYTHON_SPACE: ReadonlySet<string> = new Set(
  '\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
);

/** `text.strip()` as Python does it, which is also Jinja's `trim`: models were trained on contents cut this way. */
export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && PYTHON_SPACE.has(text.charAt(start))) start++;
  while (end > start && PYTHON_SPACE.has(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

/** `text.rstrip()` as Python does it. */
export function stripEnd(text: string): string {
  let end = text.length;
  while (end > 0 && PYTHON_SPACE.has(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

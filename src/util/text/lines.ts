/** Texts as lists of lines without line ends. A text that ends with a line break has an empty last line, so that joining gives it back. */

/** Splits a text at every line end, as VS Code counts lines. */
export function splitLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/);
}

export function isBlank(line: string): boolean {
  return line.trim() === '';
}

/** Drops the blank lines at the beginning and at the end. */
export function trimBlankLines(lines: readonly string[]): string[] {
  const first = lines.findIndex((line) => !isBlank(line));
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex((line) => !isBlank(line)) + 1);
}

/** The white space that a line begins with. */
export function getIndent(line: string): string {
  return /^\s*/.exec(line)?.[0] ?? '';
}

/** Replaces each run of white space by one space. A path or a name must not start a line of its own where it is shown. */
export function toOneLine(text: string): string {
  return text.replace(/\s+/g, ' ');
}

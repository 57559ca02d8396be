import { smallest } from '../../../util/lists';
import { getIndent, isBlank } from '../../../util/text/lines';

/** Indentation of the first line that is not blank. */
export function firstIndent(lines: readonly string[]): string {
  return getIndent(lines.find((line) => !isBlank(line)) ?? '');
}

/** Width of the least indented line that is not blank. */
export function leastIndent(lines: readonly string[]): number {
  return smallest(lines.filter((line) => !isBlank(line)).map((line) => getIndent(line).length));
}

/** What one level is indented by: a tab, or the fewest spaces in use; `undefined` where nothing is indented. */
export function indentUnit(lines: readonly string[]): string | undefined {
  const indents = lines
    .filter((line) => !isBlank(line))
    .map(getIndent)
    .filter((indent) => indent !== '');
  if (indents.length === 0) return undefined;
  if (indents.filter((indent) => indent.startsWith('\t')).length * 2 >= indents.length) return '\t';
  // One space is a comment's star or an alignment.
  const widths = indents.map((indent) => indent.length).filter((width) => width > 1);
  return ' '.repeat(smallest(widths, 8));
}

/** `lines` with the least indented one at `indent`, and each level below as `unit` has it where that is a tab on one side only. */
export function reindented(lines: readonly string[], indent: string, unit: string | undefined): string[] {
  const own = indentUnit(lines);
  const least = leastIndent(lines);
  return lines.map((line) => {
    if (isBlank(line)) return '';
    const rest = line.slice(least);
    return indent + inUnits(rest, own, unit);
  });
}

function inUnits(line: string, own: string | undefined, unit: string | undefined): string {
  if (own === undefined || unit === undefined || (own === '\t') === (unit === '\t')) return line;
  const indent = getIndent(line);
  const levels = Math.floor(indent.length / own.length);
  return unit.repeat(levels) + indent.slice(levels * own.length) + line.slice(indent.length);
}

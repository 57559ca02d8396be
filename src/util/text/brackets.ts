/** Opening brackets of code with what closes them. */
export const CLOSING_BRACKETS: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

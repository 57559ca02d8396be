/** A name that a document imports, where it stands. 0-based, in UTF-16 code units. */
export interface ImportedName {
  readonly name: string;
  readonly line: number;
  readonly character: number;
}

/** Imports stand within so many lines from the beginning of a file. */
export const MAX_IMPORT_LINES = 150;
/** Longer lines were not written by a person. */
const longestLine = 500;

/**
 * The names that the import statements at the beginning of a document bring in; for Go and C, which import files rather than names, there
 * are none. Read by its shape, as only where the names stand has to be known: a language server says what they are.
 */
export function namesOfImports(text: string): readonly ImportedName[] {
  const head = text
    .split('\n', MAX_IMPORT_LINES)
    .map((line) => (line.length > longestLine ? '' : line))
    .join('\n');
  const names: ImportedName[] = [];
  for (const { indices = [] } of statements.flatMap((statement) => [...head.matchAll(statement)])) {
    const [, [from, to] = [0, 0]] = indices;
    for (const { 0: name, index } of head.slice(from, to).matchAll(identifiers)) {
      if (!keywords.has(name)) names.push({ name, ...placeOf(head, from + index) });
    }
  }
  return names;
}

/** JavaScript and TypeScript; Python; Rust; Java, Kotlin, Scala and C#. The first group has the names. */
const statements = [
  /^import[ \t]+(?:type[ \t]+)?([\w$*{][^'"();]*?)[ \t]from[ \t]+['"]/dgmu,
  /^from\s+[\w.]+\s+import\s+(\([^)]*\)|[^\n(]+)$/dgmu,
  /^(?:pub\s+)?use\s+(?:\w+::)+(\{[^}]*\}|\w+);/dgmu,
  /^(?:import|using)\s+(?:static\s+)?(?:\w+\.)+(\w+);/dgmu,
];
const identifiers = /[A-Za-z_$][\w$]*/gu;
const keywords: ReadonlySet<string> = new Set(['type', 'as', 'self', 'default']);

function placeOf(text: string, index: number): { readonly line: number; readonly character: number } {
  const before = text.slice(0, index);
  return { line: before.split('\n').length - 1, character: index - before.lastIndexOf('\n') - 1 };
}

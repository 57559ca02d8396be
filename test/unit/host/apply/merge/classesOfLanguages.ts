/** Classes with methods in many languages, and blocks of code put into them. */
import { splitLines } from '../../../../../src/util/text/lines';
import { declarationsIn } from '../../../../../src/host/apply/merge/declarations';
import { place, type Placement, type PlacementInput } from '../../../../../src/host/apply/merge/codePlacement';

export function put(original: string, block: string, more: Partial<PlacementInput> = {}): Placement & { readonly text: string } {
  const lines = splitLines(original);
  const placement = place({ original: lines, block: splitLines(block), declarations: declarationsIn(lines), ...more });
  return { ...placement, text: placement.lines.join('\n') };
}

/** How a language writes a class with methods and what belongs to them. Lines are indented by two blanks for each level. */
export interface Language {
  readonly open: readonly string[];
  readonly close: readonly string[];
  readonly method: (name: string, body: readonly string[]) => readonly string[];
  readonly comment: (text: string) => string;
  readonly above: readonly string[];
}

const braces = (method: (name: string) => string, open: readonly string[], above: readonly string[]): Language => ({
  open,
  close: ['}'],
  method: (name, body) => [`${method(name)} {`, ...body.map((line) => `  ${line}`), '}'],
  comment: (text) => `// ${text}`,
  above,
});

export const languages: Readonly<Record<string, Language>> = {
  TypeScript: braces(
    (name) => `public ${name}(a: number): number`,
    ['export class A extends B {'],
    ['/**', ' * Adds.', ' */', "@log('x')"],
  ),
  JavaScript: braces((name) => `async ${name}(a)`, ['class A {'], ['// Adds.']),
  Java: braces((name) => `public static List<String> ${name}(int a) throws E`, ['public class A {'], ['/** Adds. */', '@Override']),
  Kotlin: braces((name) => `fun ${name}(a: Int): Int`, ['class A(val b: Int) {'], ['@Test']),
  Swift: braces((name) => `func ${name}(a: Int) -> Int`, ['struct A {'], ['/// Adds.']),
  Rust: braces((name) => `pub fn ${name}(&self, a: u8) -> u8`, ['impl A {'], ['/// Adds.', '#[inline]']),
  PHP: braces((name) => `public function ${name}($a)`, ['class A {'], ['/** Adds. */']),
  'C#': {
    open: ['public class A', '{'],
    close: ['}'],
    method: (name, body) => [`public int ${name}(int a)`, '{', ...body.map((line) => `  ${line}`), '}'],
    comment: (text) => `// ${text}`,
    above: ['/// <summary>Adds.</summary>', '[Test]'],
  },
  'C++': {
    ...braces((name) => `int ${name}(int a) const`, ['class A {'], ['/* Adds. */']),
    close: ['};'],
  },
  Python: {
    open: ['class A(B):'],
    close: [],
    method: (name, body) => [`def ${name}(self, a):`, ...body.map((line) => `  ${line}`)],
    comment: (text) => `# ${text}`,
    above: ['@log("x")', '@staticmethod'],
  },
  Ruby: {
    open: ['class A < B'],
    close: ['end'],
    method: (name, body) => [`def ${name}(a)`, ...body.map((line) => `  ${line}`), 'end'],
    comment: (text) => `# ${text}`,
    above: ['# Adds.'],
  },
  Elixir: {
    open: ['defmodule A do'],
    close: ['end'],
    method: (name, body) => [`def ${name}(a) do`, ...body.map((line) => `  ${line}`), 'end'],
    comment: (text) => `# ${text}`,
    above: ['@doc """', 'Adds.', '"""'],
  },
  Lua: {
    open: ['local A = {}'],
    close: [],
    method: (name, body) => [`function A:${name}(a)`, ...body.map((line) => `  ${line}`), 'end'],
    comment: (text) => `-- ${text}`,
    above: ['-- Adds.'],
  },
  PowerShell: braces((name) => `[int] ${name}([int] $a)`, ['class A {'], ['# Adds.']),
  Go: { ...braces((name) => `func (a *A) ${name}(b int) int`, [], ['// Adds.']), close: [] },
  Bash: { ...braces((name) => `${name}()`, [], ['# Adds.']), close: [], comment: (text) => `# ${text}` },
};

const isFlat = ({ open }: Language): boolean => open.length === 0 || (open[0] ?? '').startsWith('local');

/** A file, or a block, of parts that stand in the class with a blank line between them. */
export function write(language: Language, parts: readonly (readonly string[])[]): string {
  const inside = parts.flatMap((part, index) => (index === 0 ? part : ['', ...part]));
  const indent = isFlat(language) ? '' : '  ';
  const blank = isFlat(language) && language.open.length > 0 ? [''] : [];
  return [...language.open, ...blank, ...inside.map((line) => (line === '' ? '' : indent + line)), ...language.close, ''].join('\n');
}

export const markers = [
  '...rest of code',
  '...existing code',
  '[rest of the code]',
  'unchanged',
  'same as before',
  '其他方法保持不变',
  '其余代码保持不变',
  '现有代码...',
];

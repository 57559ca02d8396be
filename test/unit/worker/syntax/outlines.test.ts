import { describe, expect, it } from 'vitest';
import { Grammars } from '../../../../src/worker/syntax/grammars';
import { Outlines } from '../../../../src/worker/syntax/outlines';

const failures: string[] = [];
const outlines = new Outlines(new Grammars(), (message) => failures.push(message));

/** What begins at each line, by depth: the first lines of what was found. */
async function declared(language: string, text: string): Promise<readonly string[]> {
  await outlines.prepare([language]);
  const lines = text.split('\n');
  return (outlines.of(language, text) ?? []).map(
    ({ startLine, endLine, depth }) => `${String(depth)} ${lines[startLine - 1]?.trim() ?? ''} (${String(endLine - startLine + 1)})`,
  );
}

describe('the outline of a text', () => {
  it('is its declarations, those in them one deeper', async () => {
    const text = [
      "import a from 'a';",
      '',
      '/** Adds. */',
      'export class Adder {',
      '  add(',
      '    one: number,',
      '  ): number {',
      '    return one;',
      '  }',
      '}',
    ];
    expect(await declared('typescript', text.join('\n'))).toEqual([
      "0 import a from 'a'; (1)",
      '0 export class Adder { (7)',
      '1 add( (5)',
      '2 return one; (1)',
    ]);
  });

  it('is the same in languages of another kind', async () => {
    expect(
      await declared('python', 'class A:\n    # first\n    def a(self):\n        return 1\n\n    def b(self):\n        return 2\n'),
    ).toEqual(['0 class A: (7)', '1 def a(self): (2)', '2 return 1 (1)', '1 def b(self): (2)', '2 return 2 (1)']);
    expect(await declared('go', 'package a\n\nfunc B() {\n\tc()\n}\n')).toEqual(['0 package a (1)', '0 func B() { (3)', '1 c() (1)']);
  });

  it('is unknown without a grammar, and for what takes too long to parse', async () => {
    await outlines.prepare(['plaintext', 'typescript']);
    expect(outlines.of('plaintext', 'x')).toBeUndefined();
    expect(outlines.of('typescript', 'const a = 1;\n'.repeat(20_000))).toBeUndefined();
    expect(failures).toEqual([]);
  });
});

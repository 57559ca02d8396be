import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trimSuffixOverlap } from '../../../src/prompt/ghostSuffix';

/** What is left of a continuation at the bar of a document. */
function kept(document: string, continuation: string, language: string): string {
  const [prefix = '', suffix = ''] = document.split('|');
  return trimSuffixOverlap(continuation, { prefix, suffix, language });
}

describe('trimSuffixOverlap', () => {
  it.each<[string, string, string, string]>([
    // Closers that the editor wrote are not written twice, whatever follows them.
    ['typescript', 'console.log(|)', 'x);', 'x'],
    ['typescript', 'console.log(|);', 'x);', 'x'],
    ['typescript', 'const a = [|];', '1, 2];', '1, 2'],
    ['typescript', 'const a = {|};', ' b: 1 };', ' b: 1 '],
    ['typescript', "const a = '|';", "it\\'s';", "it\\'s"],
    ['typescript', 'items.map((item) => {|});', ' return item; });', ' return item; '],
    ['typescript', 'const s = `a ${|}`;', 'b} c`;', 'b'],
    ['typescript', 'const s = `a ${b}|`;', ' and c`;', ' and c'],
    ['typescript', 'f(")", |)', "']', x) + 1", "']', x"],
    ['typescript', 'new Map<|>()', 'string, Array<() => void>>()', 'string, Array<() => void>'],
    ['python', 'print("|")', 'hello", end="")', 'hello'],
    ['python', 'print(f"{|}")', 'name}")', 'name'],
    ['python', '    """|"""', 'Adds two numbers."""', 'Adds two numbers.'],
    ['python', 'x = d["|"]', 'key"]', 'key'],
    ['python', 'if all(|):', 'xs):', 'xs'],
    ['go', '\tfmt.Println(|)', '"a)", name)', '"a)", name'],
    ['go', '\txs := []int{|}', '1, 2, 3}', '1, 2, 3'],
    ['rust', '    let v = vec![|];', '1, 2];', '1, 2'],
    ['rust', "fn pick<'a>(|)", "x: &'a str, y: &'a str) -> &'a str {", "x: &'a str, y: &'a str"],
    ['rust', '    s.split(|)', "'(').count()", "'('"],
    ['java', '    System.out.println("|");', 'a(b");', 'a(b'],
    ['java', '    list.add(|);', 'map.get(key));', 'map.get(key)'],
    ['c', '    printf("|");', '%d\\n", n);', '%d\\n'],
    ['c', '    if (a[|])', 'i] == 0)', 'i'],
    // What the text opens, it closes.
    ['typescript', 'outer(|)', 'inner(x)', 'inner(x)'],
    ['typescript', 'outer(|);', 'inner(x);', 'inner(x)'],
    ['python', 'outer(|)', 'inner(a[0])', 'inner(a[0])'],
    ['go', '\tf(|)', 'func() { g() }', 'func() { g() }'],
    ['rust', '    Some(|)', 'Box::new(x)', 'Box::new(x)'],
    ['java', '    a.put(|);', '"k", List.of("v"));', '"k", List.of("v")'],
    ['c', '    x = (|);', 'int)(y);', 'int'],
    ['c', '    free(|);', 'list_pop(&head)', 'list_pop(&head)'],
    // The rest closes the outermost brackets; the others are the text's to close.
    ['typescript', 'if (ready(|)', 'x))', 'x)'],
    ['c', '    a[f(|]', 'x)] = 1;', 'x)'],
    ['typescript', 'if (ready(|))', 'x))', 'x'],
    // Brackets opened on a line above.
    ['python', 'call(\n    a, |)', 'b)', 'b'],
    // Without brackets.
    ['c', 'char *name = |;', '"a";', '"a"'],
    ['python', 'if |:', 'n < 2:', 'n < 2'],
    ['typescript', '  a: |,', '{ b: [1] },', '{ b: [1] }'],
    ['typescript', 'const a = |', 'f(x);', 'f(x);'],
    ['plaintext', "I don't (|)", "know) what it's", 'know'],
  ])('%s: %s and %s', (language, document, continuation, expected) => {
    expect(kept(document, continuation, language)).toBe(expected);
  });

  it('keeps what is balanced and ends it before what the editor has closed', () => {
    const { balanced } = fc.letrec<{ balanced: string }>((tie) => ({
      balanced: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('x', '', ' + ', '")"', "'['", '`}`', 'a, b'),
        fc.tuple(fc.constantFrom('()', '[]', '{}'), tie('balanced')).map(([pair, inner]) => `${pair.charAt(0)}${inner}${pair.charAt(1)}`),
        fc.tuple(tie('balanced'), tie('balanced')).map(([first, second]) => first + second),
      ),
    }));
    const document = fc.constantFrom(['f(|)', ')'], ['f(|);', ')'], ['a[g({|})];', '}'], ['  x, |]', ']']);
    fc.assert(
      fc.property(document, balanced, fc.boolean(), ([marked = '', closer = ''], text, goesOn) => {
        expect(kept(marked, goesOn ? `${text}${closer}; more()` : text, 'typescript')).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});

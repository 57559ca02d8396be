import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitSuffix } from '../../../../src/prompt/completion/suffixOverlap';

/** What is left of a continuation at the bar of a document where nothing may be replaced. */
function kept(document: string, continuation: string, language: string): string {
  const [prefix = '', suffix = ''] = document.split('|');
  return fitSuffix(continuation, { prefix, suffix, language }, false).text;
}

/** The document with a continuation at its bar. */
function completed(document: string, continuation: string, language: string): string {
  const [prefix = '', suffix = ''] = document.split('|');
  const { text, replaces } = fitSuffix(continuation, { prefix, suffix, language });
  return `${prefix}${text}|${suffix.slice(replaces)}`;
}

describe('fitSuffix', () => {
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
    // Tags, comments and template tags that the editor closed end the text.
    ['html', '<div>|</div>', 'Hello</div>', 'Hello'],
    ['html', '<div>|</div>', '<div>a</div>b</div>c', '<div>a</div>b'],
    ['html', '<div>|</div>', '<img src="x"/>b</div>', '<img src="x"/>b'],
    ['html', '<p>|</p>', '<b>bold</b> text</p>\n<p>', '<b>bold</b> text'],
    ['html', '<p>|</p>', '<pre>x</pre></p>', '<pre>x</pre>'],
    ['typescriptreact', 'return <>|</>;', '<A /></>;', '<A />'],
    ['typescriptreact', '<Card title={t}>|</Card>', '{name}</Card>', '{name}'],
    ['typescript', '/** | */', 'Adds two numbers. */', 'Adds two numbers.'],
    ['c', '/* |*/', 'a /* b */ c */ int x;', 'a /* b */ c '],
    ['html', '<!-- | -->', 'Header --> <p>', 'Header'],
    ['jinja', '{% | %}', 'if user %}{{ user }}', 'if user'],
    ['jinja', '{# | #}', 'note #}', 'note'],
    ['erb', '<%= | %>', 'name %>!', 'name'],
    ['php', '<?php | ?>', 'echo 1; ?>', 'echo 1;'],
    ['ocaml', '(* | *)', 'f (* g *) h *)', 'f (* g *) h'],
    ['vue', '{{ | }}', 'user.name }}', 'user.name '],
    ['markdown', '他说（|）', '真的）吗', '真的'],
    ['markdown', '「|」', '「中」外」。', '「中」外'],
    ['html', '<div>|</div>', 'No tag', 'No tag'],
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

  it.each<[string, string, string, string]>([
    // The text stands in the place of what the editor closed, and goes on behind it.
    ['typescript', 'console.log(|)', 'x);', 'console.log(x);|'],
    ['typescript', 'if (|)', 'x > 0) {', 'if (x > 0) {|'],
    ['typescript', "const a = '|'", "b';", "const a = 'b';|"],
    ['typescript', 'items.map((item) => {|})', '\n  return item;\n});', 'items.map((item) => {\n  return item;\n});|'],
    ['typescript', 'a.b(|)\nc();', 'x).d(y)', 'a.b(x).d(y)|\nc();'],
    ['python', 'print("|")', 'hello", end="")', 'print("hello", end="")|'],
    ['python', 'xs = [|]', 'x for x in ys] + zs', 'xs = [x for x in ys] + zs|'],
    ['go', '\tif err := run(|)', 'a); err != nil {', '\tif err := run(a); err != nil {|'],
    ['rust', '    s.split(|)', "'(').count()", "    s.split('(').count()|"],
    ['java', '    list.add(map.get(|))', 'key));', '    list.add(map.get(key));|'],
    ['c', '    if (a[|])', 'i] == 0)', '    if (a[i] == 0)|'],
    // Where it ends with what is there, nothing needs to be replaced.
    ['typescript', 'console.log(|)', 'x)', 'console.log(x|)'],
    ['c', '    if (a[|])', 'i])', '    if (a[i|])'],
    // It does not close all of it, or there is more than closers: it ends before the first.
    ['typescript', 'f(g(|))', 'x); y', 'f(g(x|))'],
    ['typescript', 'f(|);', 'x); y();', 'f(x|);'],
    ['typescript', 'f(|, b)', 'x, c)', 'f(x, c|, b)'],
    ['typescript', 'f({|})', ' a: 1 }', 'f({ a: 1 |})'],
    ['typescript', 'f({ | })', 'a: 1 }).g()', 'f({ a: 1 | })'],
    // What the text opens, it closes.
    ['typescript', 'outer(|)', 'inner(x), y', 'outer(inner(x), y|)'],
    ['java', '    a(|)', 'b(c));', '    a(b(c));|'],
  ])('%s: %s and %s make %s', (language, document, continuation, expected) => {
    expect(completed(document, continuation, language)).toBe(expected);
  });

  it('never says twice what it replaces', () => {
    const part = fc.constantFrom('x', '(', ')', '[', ']', '"', ' ', ';', ', y');
    const any = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(any, fc.constantFrom(')', '))', '])', '")', ');', '}', ''), any, (prefix, rest, text) => {
        const { text: fitted, replaces } = fitSuffix(text, { prefix, suffix: `${rest}\nnext`, language: 'typescript' });
        expect(text.startsWith(fitted)).toBe(true);
        expect([0, rest.length]).toContain(replaces);
        if (replaces > 0) expect(fitted).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { decideTrigger, type TriggerDecision, type TriggerFacts } from '../../../../src/host/completion/completionTrigger';

/** Facts of a cursor, which stands at the bar. */
function at(line: string, more: Partial<TriggerFacts> = {}): TriggerFacts {
  const [before = '', after = ''] = line.split('|');
  const document = { path: '/w/src/a.ts', scheme: 'file', excluded: false };
  return { before, after, ...document, selectionIsEmpty: true, cursors: 1, invoked: false, off: undefined, justTaken: false, ...more };
}

const line: TriggerDecision = { kind: 'ask', multiline: false };
const block: TriggerDecision = { kind: 'ask', multiline: true };

describe('decideTrigger', () => {
  it.each([
    ['TypeScript, in a statement', 'const total = items.|', line],
    ['TypeScript, in brackets the editor closed', 'console.log(|);', line],
    ['TypeScript, in a string the editor closed', "import fs from '|';", line],
    ['TypeScript, on an empty line', '    |', block],
    ['TypeScript, behind an opening brace', 'function add(a: number, b: number) {|', block],
    ['TypeScript, behind an arrow', 'const add = (a, b) => |', block],
    ['Python, behind a colon', 'def add(a, b):|', block],
    ['Python, in a statement', 'return a |', line],
    ['Go, in a call', 'fmt.Println(|)', line],
    ['Rust, behind an opening brace', '    match x {  |', block],
    ['Java, behind an annotation', '@Override|', line],
    ['C, in a condition', 'for (int i = 0; |)', line],
    ['JSON, behind a bracket', '  "files": [|', block],
    ['Markdown, in a list', '- |', line],
  ])('asks: %s', (_, code, decision) => {
    expect(decideTrigger(at(code))).toEqual(decision);
  });

  it.each([
    ['a closing tag', '<div>|</div>'],
    ['nested closing tags', '<ul><li>|</li></ul>'],
    ['a closing tag of a component', '<My.Card title="x">|</My.Card>'],
    ['a closing custom element', '<my-card>|</my-card>'],
    ['a closing fragment', '<>|</>'],
    ['the end of a tag without content', '<img src="|" />'],
    ['a doc comment', '/** | */'],
    ['a block comment', '/* |*/'],
    ['an HTML comment', '<!-- | -->'],
    ['a Jinja tag', '{% | %}'],
    ['a Jinja tag that trims white space', '{%- if x | -%}'],
    ['a Jinja expression', '{{ user.| }}'],
    ['a Jinja comment', '{# | #}'],
    ['a Blade comment', '{{-- | --}}'],
    ['an ERB tag', '<%= | %>'],
    ['a PHP tag', '<?php echo | ?>'],
    ['a CDATA section', '<![CDATA[|]]>'],
    ['an OCaml comment', '(* | *)'],
    ['a Haskell comment', '{- | -}'],
    ['a PowerShell comment', '<# | #>'],
    ['a Lua string', '[[|]]'],
    ['a LaTeX formula', '$|$'],
    ['a Python docstring', '    """|"""'],
    ['Chinese brackets', 'print("你好（|）")'],
    ['Japanese quotation marks', '彼は「|」'],
    ['Chinese book title marks', '《|》，'],
    ['curly quotation marks', '“|”'],
    ['a template literal', 'const s = `${|}`;'],
    ['a selector and its comma', "['a', '|'],"],
  ])('asks in front of %s, which the editor closed', (_, code) => {
    expect(decideTrigger(at(code))).toEqual(line);
  });

  it.each([
    'con|sole.log(1)',
    'return |a + b',
    'foo(|bar)',
    '| // done',
    '<b>|</b> bold',
    '|<div></div>',
    '/* | */ x = 1',
    '|-> int',
    '| / 2',
    '| % 3',
    '|--count',
    '|文字',
    '<a|/b>',
  ])('does not break into a word: %s', (code) => {
    expect(decideTrigger(at(code))).toEqual({ kind: 'skip', reason: 'wordAhead' });
    expect(decideTrigger(at(code, { invoked: true })).kind).toBe('ask');
  });

  it('asks by key in every document and with several cursors', () => {
    expect(decideTrigger(at('a = |', { scheme: 'output', invoked: true }))).toEqual(line);
    expect(decideTrigger(at('a = |', { cursors: 2, invoked: true }))).toEqual(line);
  });

  it('does not ask by key with a selection', () => {
    expect(decideTrigger(at('a = |', { selectionIsEmpty: false, invoked: true }))).toEqual({ kind: 'skip', reason: 'selection' });
  });

  it.each(['off', 'languageOff', 'snoozed'] as const)('is silent when %s, but for the key that asks', (off) => {
    expect(decideTrigger(at('a = |', { off }))).toEqual({ kind: 'skip', reason: off });
    expect(decideTrigger(at('a = |', { off, invoked: true }))).toEqual(line);
  });

  it('is silent where a suggestion was just taken, but for the key that asks', () => {
    expect(decideTrigger(at('a = b;|', { justTaken: true }))).toEqual({ kind: 'skip', reason: 'justTaken' });
    expect(decideTrigger(at('a = b;|', { justTaken: true, invoked: true }))).toEqual(line);
  });

  it('is silent in files that the user excludes, also when asked by key', () => {
    expect(decideTrigger(at('a = |', { excluded: true, invoked: true }))).toEqual({ kind: 'skip', reason: 'excluded' });
  });

  it.each(['output', 'vscode-scm', 'comment', 'git', 'debug', 'search-editor'])('is silent in %s documents', (scheme) => {
    expect(decideTrigger(at('a = |', { scheme }))).toEqual({ kind: 'skip', reason: 'document' });
  });

  it.each(['file', 'untitled', 'vscode-remote', 'vscode-notebook-cell', 'memfs'])('asks in %s documents', (scheme) => {
    expect(decideTrigger(at('a = |', { scheme }))).toEqual(line);
  });

  it.each([
    '/w/.env',
    '/w/.env.production',
    'C:\\w\\.ENV',
    '/w/server.pem',
    '/w/private.KEY',
    '/users/u/.ssh/id_ed25519',
    '/users/u/.aws/credentials',
    '/users/u/.netrc',
    '/w/.npmrc',
    '/w/release.keystore',
  ])('keeps secrets out of prompts, even when asked: %s', (path) => {
    expect(decideTrigger(at('a = |', { path, invoked: true }))).toEqual({ kind: 'skip', reason: 'secret' });
  });

  it.each([
    '/w/environment.ts',
    '/w/src/env.ts',
    '/w/keyboard.ts',
    '/w/credentials.ts',
    '/w/id_rsa.pub',
    '/w/monkey.py',
    '/w/.env/main.py',
  ])('does not take for a secret what is none: %s', (path) => {
    expect(decideTrigger(at('a = |', { path }))).toEqual(line);
  });

  it('is silent with a selection or several cursors', () => {
    expect(decideTrigger(at('a = |', { selectionIsEmpty: false }))).toEqual({ kind: 'skip', reason: 'selection' });
    expect(decideTrigger(at('a = |', { cursors: 2 }))).toEqual({ kind: 'skip', reason: 'cursors' });
  });
});

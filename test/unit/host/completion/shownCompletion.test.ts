import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { continueSuggestion, type Suggestion } from '../../../../src/host/completion/shownCompletion';

const made = (more: Partial<Suggestion>): Suggestion => ({
  document: 'a',
  prefix: '',
  suffix: '',
  text: '',
  replaced: '',
  ...more,
});

/** What is left where nothing needs to be replaced. */
function left(...args: Parameters<typeof continueSuggestion>): string | undefined {
  const offered = continueSuggestion(...args);
  expect(offered?.replaced ?? '').toBe('');
  return offered?.text;
}

describe('continueSuggestion', () => {
  const call = made({ prefix: 'const sum = ', suffix: '\n', text: 'add(1, 2);' });

  it('returns the rest when the user types along', () => {
    expect(left(call, 'a', 'const sum = ', '\n')).toBe('add(1, 2);');
    expect(left(call, 'a', 'const sum = ad', '\n')).toBe('d(1, 2);');
  });

  it('returns a longer rest when the user deletes', () => {
    expect(left(call, 'a', 'const sum = a', '\n')).toBe('dd(1, 2);');
  });

  it('returns undefined after other text, at another place, or at its end', () => {
    expect(left(call, 'a', 'const sum = b', '\n')).toBeUndefined();
    expect(left(call, 'a', 'const su', '\n')).toBeUndefined();
    expect(left(call, 'b', 'const sum = ', '\n')).toBeUndefined();
    expect(left(call, 'a', 'const sum = ', '\nmore')).toBeUndefined();
    expect(left(call, 'a', 'const sum = add(1, 2);', '\n')).toBeUndefined();
    expect(left(undefined, 'a', '', '')).toBeUndefined();
  });

  it('omits a bracket that the editor closed', () => {
    const log = made({ prefix: 'console.', suffix: '\n}', text: "log('hi', [a])" });
    expect(left(log, 'a', 'console.log(', ')\n}')).toBe("'hi', [a]");
    expect(left(log, 'a', "console.log('hi', [", '])\n}')).toBe('a');
  });

  it('replaces a closed bracket that is not at its end', () => {
    const log = made({ prefix: 'console.', suffix: '\n}', text: "log('hi', [a])" });
    expect(continueSuggestion(log, 'a', "console.log('", "')\n}")).toEqual({ text: "hi', [a])", replaced: "')" });
    const statement = made({ prefix: 'console.', suffix: '\n}', text: "log('hi');" });
    expect(continueSuggestion(statement, 'a', 'console.log(', ')\n}')).toEqual({ text: "'hi');", replaced: ')' });
    const block = made({ prefix: 'if ', suffix: '', text: '(a) {\n  b();\n}' });
    expect(continueSuggestion(block, 'a', 'if (', ')')).toEqual({ text: 'a) {\n  b();\n}', replaced: ')' });
  });

  it('continues when a replaced bracket is typed over', () => {
    const call = made({ prefix: 'log(', suffix: ')\n', text: 'a); // done', replaced: ')' });
    expect(continueSuggestion(call, 'a', 'log(', ')\n')).toEqual({ text: 'a); // done', replaced: ')' });
    expect(continueSuggestion(call, 'a', 'log(a', ')\n')).toEqual({ text: '); // done', replaced: ')' });
    expect(continueSuggestion(call, 'a', 'log(a)', '\n')).toEqual({ text: '; // done', replaced: '' });
  });

  it('returns undefined when it lacks the bracket that the editor closed', () => {
    const call = made({ prefix: 'f', suffix: '\n', text: '(a; b' });
    expect(continueSuggestion(call, 'a', 'f(', ')\n')).toBeUndefined();
  });

  it('stays before the text that already followed the cursor', () => {
    const inside = made({ prefix: 'foo(', suffix: ');\n', text: 'bar(1)' });
    expect(left(inside, 'a', 'foo(bar(', '));\n')).toBe('1');
  });

  it('accepts only brackets and quotes as closed by the editor', () => {
    expect(left(call, 'a', 'const sum = add', 'x\n')).toBeUndefined();
  });

  it('always completes to the offered text', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', '(', ')', '[', ']', '\n', "'"), maxLength: 12 });
    const closers = fc.string({ unit: fc.constantFrom(')', ']', "'"), maxLength: 2 });
    fc.assert(
      fc.property(line, line, line, fc.nat(12), closers, closers, (prefix, behind, text, count, before, now) => {
        const typed = text.slice(0, count);
        const last = made({ prefix, suffix: before + behind, text, replaced: before });
        const rest = continueSuggestion(last, 'a', prefix + typed, now + behind);
        if (rest === undefined) return;
        expect(now.startsWith(rest.replaced)).toBe(true);
        expect(rest.text).not.toBe('');
        expect(prefix + typed + rest.text + (now + behind).slice(rest.replaced.length)).toBe(prefix + text + behind);
      }),
      { numRuns: 2000 },
    );
  });
});

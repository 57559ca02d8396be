import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { continueSuggestion, type Suggestion } from '../../../../src/host/completion/suggestion';

const made = (more: Partial<Suggestion>): Suggestion => ({ document: 'a', prefix: '', suffix: '', text: '', ...more });

describe('continueSuggestion', () => {
  const call = made({ prefix: 'const sum = ', suffix: '\n', text: 'add(1, 2);' });

  it('is what is left when the user types along', () => {
    expect(continueSuggestion(call, 'a', 'const sum = ', '\n')).toBe('add(1, 2);');
    expect(continueSuggestion(call, 'a', 'const sum = ad', '\n')).toBe('d(1, 2);');
  });

  it('is longer again when the user goes back', () => {
    expect(continueSuggestion(call, 'a', 'const sum = a', '\n')).toBe('dd(1, 2);');
  });

  it('ends when the user types something else, goes elsewhere, or has all of it', () => {
    expect(continueSuggestion(call, 'a', 'const sum = b', '\n')).toBeUndefined();
    expect(continueSuggestion(call, 'a', 'const su', '\n')).toBeUndefined();
    expect(continueSuggestion(call, 'b', 'const sum = ', '\n')).toBeUndefined();
    expect(continueSuggestion(call, 'a', 'const sum = ', '\nmore')).toBeUndefined();
    expect(continueSuggestion(call, 'a', 'const sum = add(1, 2);', '\n')).toBeUndefined();
    expect(continueSuggestion(undefined, 'a', '', '')).toBeUndefined();
  });

  it('leaves out the bracket that the editor has closed meanwhile', () => {
    const log = made({ prefix: 'console.', suffix: '\n}', text: "log('hi', [a])" });
    expect(continueSuggestion(log, 'a', 'console.log(', ')\n}')).toBe("'hi', [a]");
    expect(continueSuggestion(log, 'a', "console.log('", "')\n}")).toBeUndefined();
    expect(continueSuggestion(log, 'a', "console.log('hi', [", '])\n}')).toBe('a');
  });

  it('asks anew where the closed bracket stands in the way', () => {
    const statement = made({ prefix: 'console.', suffix: '\n}', text: "log('hi');" });
    expect(continueSuggestion(statement, 'a', 'console.log(', ')\n}')).toBeUndefined();
    const block = made({ prefix: 'if ', suffix: '', text: '(a) {\n  b();\n}' });
    expect(continueSuggestion(block, 'a', 'if (', ')')).toBeUndefined();
  });

  it('stands in front of what already followed the cursor', () => {
    const inside = made({ prefix: 'foo(', suffix: ');\n', text: 'bar(1)' });
    expect(continueSuggestion(inside, 'a', 'foo(bar(', '));\n')).toBe('1');
  });

  it('takes nothing but brackets and quotes for the editor’s doing', () => {
    expect(continueSuggestion(call, 'a', 'const sum = add', 'x\n')).toBeUndefined();
  });

  it('always completes to the text that was offered', () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', '(', ')', '[', ']', '\n', "'"), maxLength: 12 });
    const closers = fc.string({ unit: fc.constantFrom(')', ']', "'"), maxLength: 2 });
    fc.assert(
      fc.property(line, line, line, fc.nat(12), closers, (prefix, suffix, text, count, closed) => {
        const typed = text.slice(0, count);
        const rest = continueSuggestion(made({ prefix, suffix, text }), 'a', prefix + typed, closed + suffix);
        if (rest !== undefined) expect(prefix + typed + rest + closed + suffix).toBe(prefix + text + suffix);
        else if (closed === '') expect(typed).toBe(text);
      }),
      { numRuns: 2000 },
    );
  });
});

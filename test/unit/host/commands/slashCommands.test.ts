import { describe, expect, it } from 'vitest';
import { parseSlash } from '../../../../src/host/commands/slashCommands';

const names = ['fix', 'doc'] as const;

describe('a message', () => {
  it.each([
    ['/fix', { name: 'fix', words: '' }],
    ['  /fix  ', { name: 'fix', words: '' }],
    ['/Doc in one line\nplease ', { name: 'doc', words: 'in one line\nplease' }],
    ['/fix\nthe loop', { name: 'fix', words: 'the loop' }],
  ])('is a command with its words: %j', (text, message) => {
    expect(parseSlash(text, names)).toEqual(message);
  });

  it.each(['/unknown thing', 'fix', 'a /fix', '/fixed', '/fix/doc', '/ fix', '/usr/bin is full', '/', ''])('is plain text: %j', (text) => {
    expect(parseSlash(text, names)).toBeUndefined();
  });
});

import { describe, expect, it, vi } from 'vitest';
import { parseSlash } from '../../../../src/host/commands/slashCommands';

vi.mock('vscode', async () => (await import('../../../fixtures/vscode/fakeVscode')).fakeVscode);

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

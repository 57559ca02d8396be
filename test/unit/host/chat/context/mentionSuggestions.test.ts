import { describe, expect, it } from 'vitest';
import { Suggestions } from '../../../../../src/host/chat/context/mentionSuggestions';
import { FakeWorkspace } from './contextFakes';

const workspace = new FakeWorkspace({ 'src/file.ts': '', 'README.md': '' });
const labels = async (query: string): Promise<readonly string[]> =>
  (await new Suggestions(workspace).suggest(query)).map(({ label, detail }) => `${label} ${detail}`.trim());

describe('behind #', () => {
  it('are the kinds of things', async () => {
    expect(await labels('')).toEqual(['#file', '#changes']);
  });

  it('are kinds that begin so, and files without having to say that they are', async () => {
    expect(await labels('FI')).toEqual(['#file']);
    expect(await labels('fi')).toEqual(['#file', 'file.ts src']);
    expect(await labels('READ')).toEqual(['README.md']);
  });

  it('are files behind #file:, and symbols behind #symbol:', async () => {
    expect(await labels('file:')).toEqual(['file.ts src', 'README.md']);
    expect(await labels('file:READ')).toEqual(['README.md']);
    expect(await labels('symbol:parse')).toEqual(['parse src/a.ts:3']);
  });
});

describe('a line that is taken', () => {
  it('is what it said', async () => {
    const suggestions = new Suggestions(workspace);
    const [file] = await suggestions.suggest('file:READ');
    await suggestions.suggest('x');
    expect(await suggestions.take(file?.id ?? '')).toEqual([{ kind: 'file', uri: 'file:///README.md' }]);
    const [symbol] = await suggestions.suggest('symbol:parse');
    expect(await suggestions.take(symbol?.id ?? '')).toEqual([
      { kind: 'symbol', uri: 'file:///src/a.ts', name: 'parse', startLine: 3, endLine: 9 },
    ]);
  });

  it('is nothing where it was never offered', async () => {
    expect(await new Suggestions(workspace).take('file file:///etc/passwd')).toEqual([]);
  });
});

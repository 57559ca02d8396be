import type { ContextBlock } from '../../../../../src/contract/context';
import { describe, expect, it } from 'vitest';
import {
  contentOf,
  movedBy,
  parseItems,
  readDropped,
  sameItem,
  withAttached,
  type Reading,
} from '../../../../../src/host/chat/context/contextItems';

type Read = Extract<Reading, { kind: 'read' }>;
const read = (block: ContextBlock, cursorLine?: number): Read => ({
  kind: 'read',
  block,
  ...(cursorLine === undefined ? {} : { cursorLine }),
});
const file = (path: string): ContextBlock & { readonly kind: 'file' } => ({ kind: 'file', path, language: 'go', text: path });
const terminal: ContextBlock = { kind: 'terminal', text: '$ make' };

describe('the content of a question', () => {
  it('puts the first attached file in front and keeps the order of the others', () => {
    expect(contentOf([read(terminal), read(file('a.go')), read(file('b.go'))])).toEqual({
      file: { path: 'a.go', language: 'go', text: 'a.go' },
      context: [terminal, file('b.go')],
    });
  });

  it('is empty without attachments', () => {
    expect(contentOf([])).toEqual({});
  });

  it('selects the attached lines of its file, or the line of the cursor', () => {
    const lines: ContextBlock = { kind: 'selection', path: 'a.go', language: 'go', startLine: 40, endLine: 44, text: 'x' };
    expect(contentOf([read(file('a.go'), 7)]).cursorLine).toBe(7);
    expect(contentOf([read(file('a.go'), 7), read(lines)]).cursorLine).toBe(40);
    expect(contentOf([read(file('b.go'), 7), read(lines)]).cursorLine).toBe(7);
  });
});

describe('a question that has a file of its own', () => {
  const own = { text: 'Explain.', file: { path: 'own.go', language: 'go', text: 'x' } };

  it('keeps it in front of what is attached', () => {
    const attached = contentOf([read(file('a.go')), read(terminal)]);
    expect(withAttached(own, attached)).toEqual({ ...own, context: [file('a.go'), terminal] });
    expect(withAttached(own, {})).toBe(own);
    expect(withAttached({ text: 'Why?' }, attached)).toEqual({ text: 'Why?', ...attached });
  });
});

describe('stored items of a draft', () => {
  it('are restored, and invalid values are dropped', () => {
    const items = [
      { id: '1', item: { kind: 'file', uri: 'file:///project/a.go' } },
      { id: '2', item: { kind: 'problems' } },
      { id: '3', item: { kind: 'selection', uri: 'file:///project/a.go', startLine: 1, endLine: 2 } },
    ];
    expect(parseItems(JSON.parse(JSON.stringify(items)))).toEqual(items);
    for (const wrong of [undefined, 'x', {}, [{ id: '1' }], [{ id: '1', item: { kind: 'file' } }], [{ id: '1', item: { kind: 'all' } }]])
      expect(parseItems(wrong)).toEqual([]);
  });

  it('recognise the same item', () => {
    expect(sameItem({ kind: 'problems' }, { kind: 'problems', uri: 'file:///a' })).toBe(false);
    expect(sameItem({ kind: 'file', uri: 'file:///a' }, { uri: 'file:///a', kind: 'file' })).toBe(true);
  });
});

describe('dropped URIs', () => {
  it('become files without the position in them', () => {
    expect(readDropped(['file:///project/a.go#L3,1', 'vscode-remote://host/b', '/project/c', '', 'x']).files).toEqual([
      { kind: 'file', uri: 'file:///project/a.go' },
      { kind: 'file', uri: 'vscode-remote://host/b' },
    ]);
  });
});

describe('attached lines', () => {
  const range = { startLine: 10, endLine: 20 };

  it.each([
    ['lines put in above', { startLine: 3, endLine: 3, newLines: 4 }, { startLine: 13, endLine: 23 }],
    ['lines taken out above', { startLine: 3, endLine: 5, newLines: 1 }, { startLine: 8, endLine: 18 }],
    ['a word changed in them', { startLine: 12, endLine: 12, newLines: 1 }, range],
    ['lines put into them', { startLine: 12, endLine: 12, newLines: 3 }, { startLine: 10, endLine: 22 }],
    ['lines put in below', { startLine: 21, endLine: 21, newLines: 9 }, range],
    ['everything taken out', { startLine: 1, endLine: 99, newLines: 1 }, { startLine: 1, endLine: 1 }],
  ])('follow %s', (_name, change, after) => {
    expect(movedBy(range, change)).toEqual(after);
  });
});

import { describe, expect, it } from 'vitest';
import { readDroppedUris, hasFiles, type Dragged } from '../../../../../webview/chat/composer/drop';

/** A drag: data by type. */
function drag(data: Readonly<Record<string, string>>): Dragged {
  return { types: Object.keys(data), getData: (type) => data[type] ?? '' };
}

describe('a drag', () => {
  it('has all files of VS Code’s explorer, of which other programs are told one', () => {
    const data = drag({
      'text/uri-list': 'file:///project/a.ts',
      'application/vnd.code.uri-list': 'file:///project/a.ts\r\nfile:///project/b.ts\r\n',
      resourceurls: '["file:///project/c.ts"]',
    });
    expect(hasFiles(data)).toBe(true);
    expect(readDroppedUris(data)).toEqual(['file:///project/a.ts', 'file:///project/b.ts']);
  });

  it('may come as a list of resources, or from the system', () => {
    expect(readDroppedUris(drag({ resourceurls: '["file:///project/c.ts", 7]' }))).toEqual(['file:///project/c.ts']);
    expect(readDroppedUris(drag({ 'text/uri-list': '# from elsewhere\nfile:///project/d.ts' }))).toEqual(['file:///project/d.ts']);
  });

  it('of words has none', () => {
    const words = drag({ 'text/plain': 'file:///project/a.ts' });
    expect(hasFiles(words)).toBe(false);
    expect(readDroppedUris(words)).toEqual([]);
    expect(readDroppedUris(drag({ resourceurls: '{"a":' }))).toEqual([]);
  });
});

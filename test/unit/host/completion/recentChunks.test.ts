import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { astralText, isWellFormed } from '../../../fixtures/astralText';
import { linesAround, RecentChunks, type Chunk } from '../../../../src/host/completion/recentChunks';

const chunk = (uri: string, firstLine: number, lines: number, word = 'line'): Chunk => ({
  uri,
  path: uri,
  firstLine,
  text: Array.from({ length: lines }, (_, index) => `${word} ${firstLine + index} of ${uri}\n`).join(''),
});

const uris = (chunks: RecentChunks, document = 'here'): readonly string[] => chunks.forDocument(document, '').map(({ uri }) => uri);

describe('RecentChunks', () => {
  it('returns added chunks after the next pause, oldest first', () => {
    const chunks = new RecentChunks();
    chunks.add(chunk('a', 0, 3));
    chunks.add(chunk('b', 0, 3));
    expect(uris(chunks)).toEqual([]);
    chunks.settle();
    chunks.add(chunk('c', 0, 3));
    expect(uris(chunks)).toEqual(['a', 'b']);
  });

  it('keeps the other chunks when one has very long lines', () => {
    const chunks = new RecentChunks();
    chunks.add(chunk('a', 0, 3));
    chunks.add(chunk('minified', 0, 1, 'x'.repeat(1_000_000)));
    chunks.settle();
    expect(uris(chunks)).toEqual(['a', 'minified']);
    expect(chunks.forDocument('here', '').map(({ text }) => text.length)).toEqual([chunk('a', 0, 3).text.length, 1200]);
  });

  it('returns no chunk of the document and none whose text it contains', () => {
    const chunks = new RecentChunks();
    chunks.add(chunk('here', 0, 3));
    chunks.add(chunk('a', 0, 3));
    chunks.settle();
    expect(uris(chunks)).toEqual(['a']);
    expect(chunks.forDocument('here', `before\n${chunk('a', 0, 3).text}after\n`)).toEqual([]);
  });

  it('keeps the newer of two overlapping chunks, and one that contains the other', () => {
    const chunks = new RecentChunks();
    chunks.add(chunk('a', 0, 10));
    chunks.add(chunk('b', 0, 3));
    chunks.add(chunk('a', 5, 10));
    chunks.add(chunk('a', 6, 2));
    chunks.settle();
    expect(chunks.forDocument('here', '').map(({ uri, firstLine }) => [uri, firstLine])).toEqual([
      ['b', 0],
      ['a', 5],
    ]);
  });

  it('splits no character', () => {
    const long = astralText({ minLength: 200, maxLength: 1500 });
    fc.assert(
      fc.property(long, fc.nat(50), (text, line) => {
        const around = linesAround(text, line);
        const chunks = new RecentChunks();
        chunks.add({ uri: 'a', path: 'a', ...around });
        chunks.add({ uri: 'b', path: 'b', firstLine: 0, text });
        chunks.settle();
        const shown = [around.text, ...chunks.forDocument('here', '').map((each) => each.text)];
        expect(shown.every(isWellFormed)).toBe(true);
        expect(shown.join('')).not.toContain('\uFFFD');
      }),
      { endOnFailure: true },
    );
  });

  it('drops the chunks of a file at once', () => {
    const chunks = new RecentChunks();
    chunks.add(chunk('a', 0, 3));
    chunks.settle();
    chunks.forget('a');
    expect(uris(chunks)).toEqual([]);
  });

  it('respects its size and returns no overlapping chunks', () => {
    const any = fc.record({ uri: fc.constantFrom('a', 'b', 'c', 'd'), firstLine: fc.nat(200), lines: fc.integer({ min: 1, max: 24 }) });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 60 }), (all) => {
        const chunks = new RecentChunks();
        for (const { uri, firstLine, lines } of all) {
          chunks.add(chunk(uri, firstLine, lines));
          chunks.settle();
          const shown = chunks.forDocument('here', '');
          expect(shown.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(4000);
          const places = shown.flatMap((each) =>
            each.text
              .split('\n')
              .slice(0, -1)
              .map((_, line) => `${each.uri}:${each.firstLine + line}`),
          );
          expect(new Set(places).size).toBe(places.length);
        }
      }),
    );
  });
});

describe('the lines around a place', () => {
  const file = ['one();', '', 'function two() {', '  a();', '  b();', '  c();', '}', '', 'three();', ''].join('\n');

  it('are the paragraph around the place', () => {
    expect(linesAround(file, 6)).toEqual({ firstLine: 2, text: 'function two() {\n  a();\n  b();\n  c();\n}\n' });
  });

  it('are as many whole lines as fit, with the place among them', () => {
    const line = fc.string({ unit: fc.constantFrom('a', ' ', ';'), maxLength: 80 });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 80 }), fc.nat(90), (lines, at) => {
        const { firstLine, text } = linesAround(lines.join('\n'), at);
        const shown = text.split('\n').slice(0, -1);
        expect(shown).toEqual(lines.slice(firstLine, firstLine + shown.length));
        expect(text.length).toBeLessThanOrEqual(1200);
        expect(shown.length).toBeLessThanOrEqual(24);
        const place = Math.min(at, lines.length - 1);
        expect(place).toBeGreaterThanOrEqual(firstLine);
        expect(place).toBeLessThan(firstLine + shown.length);
      }),
    );
  });

  it('are cut when a single line is too long', () => {
    expect(linesAround('x'.repeat(5000), 0).text).toHaveLength(1200);
  });
});

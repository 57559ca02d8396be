import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLooping, TextStream, type Detokenize } from '../../../../src/worker/text/textStream';

const encoder = new TextEncoder();

/** A vocabulary of byte strings: token n stands for the n-th. */
function detokenizerOf(pieces: readonly Uint8Array[]): Detokenize {
  return (tokens) =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(tokens.map((token) => pieces[token] ?? new Uint8Array())));
}

/** Cuts bytes into runs whose lengths repeat `lengths`. */
function cutBytes(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = lengths[pieces.length % lengths.length] ?? 1;
    pieces.push(bytes.subarray(at, at + length));
    at += length;
  }
  return pieces;
}

function streamed(pieces: readonly Uint8Array[]): string[] {
  const stream = new TextStream(detokenizerOf(pieces), []);
  return pieces.map((_, token) => stream.push(token));
}

/** Any text but the character that stands for bytes which are none. */
const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((whole) => !whole.includes('\uFFFD'));
const lengths = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 });

describe('TextStream', () => {
  it('gives the same text however its UTF-8 is split over tokens', () => {
    fc.assert(
      fc.property(text, lengths, (whole, cuts) => {
        expect(streamed(cutBytes(encoder.encode(whole), cuts)).join('')).toBe(whole);
      }),
    );
  });

  it('never emits half a character', () => {
    fc.assert(
      fc.property(text, lengths, (whole, cuts) => {
        for (const piece of streamed(cutBytes(encoder.encode(whole), cuts))) expect(piece).not.toContain('\uFFFD');
      }),
    );
  });

  it('holds byte tokens back until their character is whole', () => {
    expect(streamed(cutBytes(encoder.encode('你🦙'), [1]))).toEqual(['', '', '你', '', '', '', '🦙']);
  });

  it('emits what is whole before the bytes of a character that is not', () => {
    expect(streamed(cutBytes(encoder.encode('ab你'), [3, 2]))).toEqual(['ab', '你']);
  });

  it('shows bytes that are no UTF-8 at all, and recovers after them', () => {
    const pieces = [Uint8Array.of(0xff), Uint8Array.of(0xfe), Uint8Array.of(0xff), ...cutBytes(encoder.encode('你好'), [1])];
    expect(streamed(pieces).join('')).toBe('\uFFFD\uFFFD\uFFFD你好');
  });

  it('hands the detokenizer the tokens that stand before, the end of the prompt first', () => {
    const seen: { tokens: number[]; previous: number[] }[] = [];
    const stream = new TextStream(
      (tokens, previous) => {
        seen.push({ tokens: [...tokens], previous: [...previous] });
        return 'x';
      },
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
    stream.push(10);
    stream.push(11);
    expect(seen).toEqual([
      { tokens: [10], previous: [2, 3, 4, 5, 6, 7, 8, 9] },
      { tokens: [11], previous: [3, 4, 5, 6, 7, 8, 9, 10] },
    ]);
  });
});

describe('isLooping', () => {
  const period = fc.array(fc.nat(50), { minLength: 1, maxLength: 8 });

  it('sees an end that repeats itself many times, whatever stands before', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { maxLength: 60 }), period, (before, repeated) => {
        const loop = Array.from({ length: 200 }, (_, index) => repeated[index % repeated.length] ?? 0);
        expect(isLooping([...before, ...loop])).toBe(true);
      }),
    );
  });

  it('sees none in what does not repeat, nor in what was a loop and went on', () => {
    const counting = Array.from({ length: 500 }, (_, index) => index);
    expect(isLooping(counting)).toBe(false);
    expect(isLooping([])).toBe(false);
    expect(isLooping([...Array.from({ length: 200 }, () => 7), 8])).toBe(false);
  });

  it('lets a short repetition pass, as in a list or a table', () => {
    fc.assert(
      fc.property(period, (repeated) => {
        const start = Array.from({ length: 20 }, (_, index) => 100 + index);
        expect(isLooping([...start, ...repeated, ...repeated, ...repeated])).toBe(false);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { userContent, withoutMarks, type Attachment } from '../../../../src/host/vscodeChat/participantAttachments';

const weather = {
  kind: 'document' as const,
  file: { path: 'weather.py', language: 'python', text: 'rain()\nsun()\n' },
} satisfies Attachment;
const selected = { ...weather, selection: { startLine: 2, endLine: 2, text: 'sun()' } } satisfies Attachment;
const limiter = { kind: 'document' as const, file: { path: 'a/limiter.go', language: 'go', text: 'package a\n' } } satisfies Attachment;

describe('userContent', () => {
  it('returns only the text without attachments', () => {
    expect(userContent('Why?', [])).toEqual({ text: 'Why?' });
  });

  it('uses the first file as the file of the question', () => {
    expect(userContent('Why?', [weather])).toEqual({ text: 'Why?', file: weather.file });
    expect(userContent('Why?', [selected])).toEqual({ text: 'Why?', file: weather.file, selection: selected.selection });
  });

  it('adds further files as blocks, each once, and puts texts before the question', () => {
    const terminal: Attachment = { kind: 'text', title: 'The terminal’s\noutput', text: 'a ```` fence' };
    expect(userContent('Why?', [weather, limiter, weather, selected, terminal])).toEqual({
      file: weather.file,
      context: [
        { kind: 'file', ...limiter.file },
        { kind: 'selection', ...weather.file, ...selected.selection },
      ],
      text: ['The terminal’s output:\n`````\na ```` fence\n`````', 'Why?'].join('\n\n'),
    });
  });
});

describe('withoutMarks', () => {
  it('replaces mentions by the names of the attachments in any order', () => {
    const prompt = 'compare #file:weather.py and #selection please';
    const file = { range: [8, 24] as const };
    const selection = { range: [29, 39] as const };
    for (const mentions of [
      [file, selection],
      [selection, file],
      [selection, {}, file],
    ]) {
      expect(withoutMarks(prompt, mentions)).toBe('compare weather.py and selection please');
    }
  });

  it('keeps text that is no mention', () => {
    expect(withoutMarks('C# and #1', [{ range: [0, 2] }, { range: [20, 30] }])).toBe('C# and #1');
  });
});

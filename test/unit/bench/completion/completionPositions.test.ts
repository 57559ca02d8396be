import { describe, expect, it } from 'vitest';
import { choosePositions, languagesOf } from '../../../bench/completion/completionPositions';

const python = [
  ...Array.from({ length: 8 }, (_, index) => `# line ${index} of what stands at the beginning of the file`),
  'def total(values):',
  '    """Adds up."""',
  '    result = 0',
  '    for value in values:',
  '        result += scale(value, "x")',
  '',
  '    return result',
  '',
  'print(total([1, 2, 3]))',
  '',
].join('\n');
const go = python.replaceAll('#', '//').replace('def total(values):', 'func total(values []int) int {').replace('\nprint', '\n}\nprint');
const files = [
  { language: 'python', path: 'a.py', text: python },
  { language: 'go', path: 'b.go', text: go },
];

describe('positions for ghost-quality', () => {
  const positions = choosePositions(files, 40, 1);

  it('are the same for the same seed, and others for another', () => {
    expect(choosePositions(files, 40, 1)).toEqual(positions);
    expect(choosePositions(files, 40, 2)).not.toEqual(positions);
  });

  it('are as many as wanted, shared among the languages', () => {
    expect(positions).toHaveLength(40);
    expect(languagesOf(positions)).toEqual(['python', 'go']);
    expect(positions.filter(({ language }) => language === 'go')).toHaveLength(20);
  });

  it('leave the file whole but for what is missing', () => {
    for (const { path, prefix, missing, suffix } of positions) {
      expect(prefix + missing + suffix).toBe(files.find((file) => file.path === path)?.text);
      expect(missing.trim()).not.toBe('');
    }
  });

  it('follow one another in a file', () => {
    for (const language of languagesOf(positions)) {
      const lengths = positions.filter((each) => each.language === language).map(({ prefix }) => prefix.length);
      expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    }
  });

  it('miss the end of a line, what is inside brackets, a line, or the body of a block', () => {
    expect(new Set(positions.map(({ kind }) => kind))).toEqual(new Set(['line', 'inside', 'blank', 'block']));
    for (const { kind, prefix, missing, suffix } of positions) {
      if (kind === 'inside') expect(suffix).toMatch(/^[)\]}"'`]/u);
      else expect(suffix).toMatch(/^\n/u);
      if (kind === 'block') expect(missing).toMatch(/^\n\s+\S/u);
      else expect(missing).not.toContain('\n');
      if (kind === 'blank') expect(prefix.slice(prefix.lastIndexOf('\n') + 1).trim()).toBe('');
    }
  });

  it('end when there are no more', () => {
    expect(choosePositions([{ language: 'go', path: 'c.go', text: `${'x'.repeat(500)}\nfoo(bar)\n` }], 1000, 1).length).toBeLessThan(20);
  });
});

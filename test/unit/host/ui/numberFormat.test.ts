import { describe, expect, it, vi } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatGigabytes,
  formatRate,
  formatShare,
  formatUnit,
} from '../../../../src/host/ui/numberFormat';

vi.mock('vscode', () => ({ env: { language: 'de' } }));

describe('numbers', () => {
  it('come with their units, as the language writes them', () => {
    expect([512, 4300, 99_600, 1.25e9].map((value) => formatBytes(value, 'en'))).toEqual(['512 byte', '4.3 kB', '100 kB', '1.3 GB']);
    expect(formatBytes(1.25e9, 'de')).toMatch(/^1,3\sGB$/);
    expect([0.42, 59.6, 3725, 90_000].map((value) => formatDuration(value, 'en'))).toEqual(['0.4 sec', '1 min', '1 hr, 2 min', '25 hr']);
    expect(formatDuration(130, 'zh-cn')).toMatch(/2\s*分钟.*10\s*秒/);
  });

  it('are not whole before they are', () => {
    expect([0, 0.5, 0.9999, 1].map((value) => formatShare(value, 'en'))).toEqual(['0%', '50%', '99%', '100%']);
  });

  it('are in the language of VS Code where no other is named', () => {
    expect(formatCount(1_234_567)).toBe('1.234.567');
    expect(formatCount(1_234_567, 'en')).toBe('1,234,567');
  });

  it('have one decimal where they are a rate below ten, or gigabytes', () => {
    expect([0.25, 9.94, 10.4].map((value) => formatRate(value, 'en'))).toEqual(['0.3', '9.9', '10']);
    expect([0, 3.84e9, 1.2e12].map((value) => formatGigabytes(value, 'en'))).toEqual(['0.0', '3.8', '1,200.0']);
  });

  it('keep the digits asked for with a unit', () => {
    expect(formatUnit(2, 'megabyte', { minimumFractionDigits: 1, maximumFractionDigits: 1 }, 'en')).toBe('2.0 MB');
    expect(formatUnit(2, 'megabyte', { maximumFractionDigits: 1 }, 'en')).toBe('2 MB');
  });
});

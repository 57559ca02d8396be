import { describe, expect, it } from 'vitest';
import { markdown, pageBody, savedPage } from '../../../../src/host/benchmark/benchmarkPage';
import { keptAfter, parseKept } from '../../../../src/host/benchmark/benchmarkResults';
import { failedResult, measuredResult } from './sampleResults';

const run = { at: Date.UTC(2026, 2, 7), results: [measuredResult('small', { bytes: 1e8, decode: 120 }), failedResult('huge')] };

describe('the benchmark page', () => {
  it('shows every figure, the reason of a failed measurement and the recommendation', () => {
    const body = pageBody({ last: run }, true);
    for (const part of ['120 tokens/s', '14 sec', '400 ms', '50%', '560', 'It does not fit into memory.', 'Use small'])
      expect(body).toContain(part);
    expect(body).toContain('it was the only one measured, and writes 120 tokens/s');
  });

  it('compares each figure with the previous run', () => {
    const before = { at: run.at - 1e9, results: [measuredResult('small', { decode: 60 })] };
    expect(pageBody(keptAfter(run, { last: before }), true)).toContain('120 tokens/s (60 tokens/s)');
  });

  it('escapes HTML in the names of models', () => {
    const body = savedPage({ last: { ...run, results: [measuredResult('<img src=x onerror="alert(1)">')] } }, '');
    expect(body).not.toContain('<img');
    expect(body).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;');
  });

  it('saves a page without buttons, scripts and network requests', () => {
    const saved = savedPage({ last: run }, 'body { margin: 0 }');
    expect(saved).toContain('body { margin: 0 }');
    expect(saved).toContain(`default-src 'none'`);
    expect(saved).not.toMatch(/<script|<button|<link|https?:/);
  });

  it('copies the results as a Markdown table', () => {
    const text = markdown({ last: run });
    expect(text).toContain('|  | small |');
    expect(text).toContain('| Writing | 120 tokens/s |');
    expect(text).toContain('- huge: It does not fit into memory.');
  });

  it('recommends nothing when no model could be measured', () => {
    const body = pageBody({ last: { ...run, results: [failedResult('huge')] } }, true);
    expect(body).toContain('nothing to recommend');
    expect(body).not.toContain('data-action="useChat"');
  });
});

describe('stored benchmark results', () => {
  it('restores the last run and the previous one', () => {
    const stored: unknown = JSON.parse(JSON.stringify(keptAfter(run, { last: { at: 1, results: [] } })));
    expect(parseKept(stored)).toEqual({ last: run, previous: { at: 1, results: [] } });
  });

  it('ignores stored results of another form', () => {
    for (const value of [undefined, null, 3, { last: { at: 'x', results: [] } }]) expect(parseKept(value)).toBeUndefined();
  });
});

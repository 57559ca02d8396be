import { describe, expect, it } from 'vitest';
import { markdown, pageBody, savedPage } from '../../../../src/host/benchmark/benchmarkPage';
import { keptAfter, parseKept } from '../../../../src/host/benchmark/benchmarkResults';
import { failedResult, measuredResult } from './sampleResults';

const run = { at: Date.UTC(2026, 2, 7), results: [measuredResult('small', { bytes: 1e8, decode: 120 }), failedResult('huge')] };

describe('the page of a benchmark', () => {
  it('has every figure in words, what could not be measured with its reason, and the recommendation', () => {
    const body = pageBody({ last: run }, true);
    for (const part of ['120 tokens/s', '14 sec', '400 ms', '50%', '560', 'It does not fit into memory.', 'Use small'])
      expect(body).toContain(part);
    expect(body).toContain('it was the only one measured, and writes 120 tokens/s');
  });

  it('compares with the run before', () => {
    const before = { at: run.at - 1e9, results: [measuredResult('small', { decode: 60 })] };
    expect(pageBody(keptAfter(run, { last: before }), true)).toContain('120 tokens/s (60 tokens/s)');
  });

  it('shows names of models as text, whatever is in them', () => {
    const body = savedPage({ last: { ...run, results: [measuredResult('<img src=x onerror="alert(1)">')] } }, '');
    expect(body).not.toContain('<img');
    expect(body).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;');
  });

  it('is saved whole, without buttons or scripts, and fetches nothing', () => {
    const saved = savedPage({ last: run }, 'body { margin: 0 }');
    expect(saved).toContain('body { margin: 0 }');
    expect(saved).toContain(`default-src 'none'`);
    expect(saved).not.toMatch(/<script|<button|<link|https?:/);
  });

  it('is a table in Markdown', () => {
    const text = markdown({ last: run });
    expect(text).toContain('|  | small |');
    expect(text).toContain('| Writing | 120 tokens/s |');
    expect(text).toContain('- huge: It does not fit into memory.');
  });

  it('says that there is nothing to recommend where nothing could be measured', () => {
    const body = pageBody({ last: { ...run, results: [failedResult('huge')] } }, true);
    expect(body).toContain('nothing to recommend');
    expect(body).not.toContain('data-action="useChat"');
  });
});

describe('what is remembered of a benchmark', () => {
  it('is the last run and the one before', () => {
    const stored: unknown = JSON.parse(JSON.stringify(keptAfter(run, { last: { at: 1, results: [] } })));
    expect(parseKept(stored)).toEqual({ last: run, previous: { at: 1, results: [] } });
  });

  it('is left aside where it is of another form', () => {
    for (const value of [undefined, null, 3, { last: { at: 'x', results: [] } }]) expect(parseKept(value)).toBeUndefined();
  });
});

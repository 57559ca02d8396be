import { readFileSync } from 'node:fs';
import llamaTokenizer from 'llama-tokenizer-js';
import { expect, it } from 'vitest';
import { estimateTokenCount, estimatingTokenizer } from '../../../src/prompt/estimate';

const source = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

it.each([
  ['code', source('src/prompt/chat.ts')],
  ['prose', source('README.md')],
  ['JSON', source('package.json')],
  ['Chinese', source('l10n/bundle.l10n.zh-cn.json')],
])('is near Llama’s count of %s', (_, text) => {
  const count = llamaTokenizer.encode(text, false).length;
  const estimate = estimateTokenCount(text);
  expect(estimate / count).toBeGreaterThan(0.95);
  expect(estimate / count).toBeLessThan(1.25);
});

it('is nothing of nothing, and as many ids as were counted', () => {
  expect(estimateTokenCount('')).toBe(0);
  const text = 'const a = 1;\n';
  expect(estimatingTokenizer('f').encode(text)).toHaveLength(estimateTokenCount(text));
});

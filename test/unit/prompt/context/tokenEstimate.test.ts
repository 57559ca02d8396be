import { readFileSync } from 'node:fs';
import llamaTokenizer from 'llama-tokenizer-js';
import { expect, it } from 'vitest';
import { estimateTokenCount, estimatingTokenizer } from '../../../../src/prompt/context/tokenEstimate';

const source = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');

/** Sentences that TypeScript has in many languages. */
const messagesOfTypeScript = (language: string): string => {
  const messages = JSON.parse(source(`node_modules/typescript/lib/${language}/diagnosticMessages.generated.json`)) as Record<
    string,
    string
  >;
  return Object.values(messages).join('\n').slice(0, 50_000);
};

it.each([
  ['code', source('src/prompt/chat/chatPrompt.ts')],
  ['prose', source('README.md')],
  ['JSON', source('package.json')],
  ['Chinese', source('l10n/bundle.l10n.zh-cn.json')],
  ['Russian', messagesOfTypeScript('ru')],
  ['French', messagesOfTypeScript('fr')],
])('is near Llama’s count of %s', (_, text) => {
  const count = llamaTokenizer.encode(text, false).length;
  const estimate = estimateTokenCount(text);
  expect(estimate / count).toBeGreaterThan(0.95);
  expect(estimate / count).toBeLessThan(1.25);
});

it.each([
  ['emoji', '😀🎉🚀👍🏽👨‍👩‍👧🇩🇪'.repeat(20)],
  ['base64', Buffer.from(source('package.json')).toString('base64')],
  ['capitals', 'ABSOLUTE_MAXIMUM_VALUE = SOME_OTHER_CONSTANT\n'.repeat(20)],
])('is at least half of Llama’s count of %s, and at most twice that', (_, text) => {
  const count = llamaTokenizer.encode(text, false).length;
  expect(estimateTokenCount(text) / count).toBeGreaterThan(0.5);
  expect(estimateTokenCount(text) / count).toBeLessThan(2);
});

it('is 0 for empty text, and as many ids as were counted', () => {
  expect(estimateTokenCount('')).toBe(0);
  const text = 'const a = 1;\n';
  expect(estimatingTokenizer('f').encode(text)).toHaveLength(estimateTokenCount(text));
});

import type { ChatTurn } from '../../../../src/contract/chat';
import type { UserContent } from '../../../../src/contract/context';
import { describe, expect, it } from 'vitest';
import { buildChatPrompt, chatBudget } from '../../../../src/prompt/chat/chatPrompt';
import { foretell } from '../../../../src/prompt/context/promptForecast';
import type { BlockSizes } from '../../../../src/prompt/context/blockLimits';
import { layouts } from '../arbitraries';
import { llamaTokenizerWith } from '../tokenizers';

const tokenizer = llamaTokenizerWith();
const size = (text: string): number => tokenizer.encode(text).length;
const sizes = ({ text, file, context = [] }: UserContent): BlockSizes => ({
  file: size(file?.text ?? ''),
  selection: 0,
  context: context.map((block) => size(block.text)),
  question: size(text),
});
const words = (count: number): string => 'why '.repeat(count).trim();
const turns = (count: number, length: number): ChatTurn[] =>
  Array.from({ length: count }, () => ({ user: { text: words(length) }, answer: { text: words(length) } }));
const code = (count: number): string => Array.from({ length: count }, (_, index) => `const value${index} = ${index};`).join('\n');

describe.each(layouts.filter((layout) => layout.tokenizer.fingerprint === tokenizer.fingerprint))(
  'what is foretold of a $name prompt',
  (layout) => {
    const contextTokens = 2048;

    it.each<readonly [string, readonly ChatTurn[], UserContent]>([
      ['a first question', [], { text: 'Why?' }],
      ['a conversation that fits', turns(4, 100), { text: 'Why?' }],
      ['one that does not', turns(9, 130), { text: words(50) }],
      ['one far too long', turns(40, 130), { text: words(50) }],
      ['a file that is too long', turns(2, 200), { text: 'Why?', file: { path: 'a.ts', language: 'typescript', text: code(400) } }],
      [
        'several blocks that are too long',
        turns(1, 60),
        {
          text: 'Why?',
          context: [
            { kind: 'changes', text: code(300) },
            { kind: 'terminal', text: '$ make' },
            { kind: 'problems', text: code(200) },
          ],
        },
      ],
    ])('is what comes true for %s', async (_name, history, user) => {
      const system = 'Be brief.';
      const forecast = foretell(
        {
          system: size(system),
          turns: history.map((each) => ({ user: sizes(each.user), answer: size(each.answer.text) })),
          user: sizes(user),
        },
        { format: layout.format.kind, contextTokens },
        500,
      );
      const prompt = await buildChatPrompt({ system, history, user }, layout.format, layout.tokenizer, chatBudget(contextTokens, 500));
      expect(forecast.droppedTurns).toBe(prompt.droppedTurns);
      const cut = [forecast.cuts.file, ...forecast.cuts.context].filter((each) => each !== undefined);
      expect(cut).toHaveLength(prompt.cuts.length);
      expect(forecast.fits).toBe(true);
      expect(Math.abs(forecast.usedTokens - prompt.tokens.length)).toBeLessThan(contextTokens * 0.08);
    });
  },
);

describe('what cannot be asked', () => {
  it('is said beforehand', () => {
    const { fits, usedTokens } = foretell(
      { system: 10, turns: [], user: { file: 0, selection: 0, context: [], question: 5000 } },
      { format: 'llama2', contextTokens: 2048 },
      500,
    );
    expect(fits).toBe(false);
    expect(usedTokens).toBeGreaterThan(5000);
  });
});

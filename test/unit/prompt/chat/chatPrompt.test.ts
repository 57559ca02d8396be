import type { ChatInput } from '../../../../src/contract/chat';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildChatPrompt, chatPrefix, PromptTooLongError, type ChatBudget } from '../../../../src/prompt/chat/chatPrompt';
import { anyText, fileBlock, layouts, liveTokens, question, systemText, turn, userContent } from '../arbitraries';
import type { ChatPrompt, PromptTokenizer } from '../../../../src/prompt/promptTypes';

const roomy: ChatBudget = { contextTokens: 100_000, reserveTokens: 0 };
const runs = { numRuns: 60 };

describe.each(layouts)('every $name prompt', ({ format, tokenizer }) => {
  const build = (input: ChatInput, budget = roomy): Promise<ChatPrompt> => buildChatPrompt(input, format, tokenizer, budget);

  it("begins with the last turn's prompt and the answer's ids", async () => {
    await fc.assert(
      fc.asyncProperty(
        systemText,
        fc.array(turn, { maxLength: 4 }),
        userContent,
        liveTokens,
        userContent,
        async (system, history, user, tokens, next) => {
          const before = (await build({ system, history, user })).tokens;
          const answer = { text: '?', tokens, fingerprint: tokenizer.fingerprint };
          const after = (await build({ system, history: [...history, { user, answer }], user: next })).tokens;
          expect(after.slice(0, before.length + tokens.length)).toEqual([...before, ...tokens]);
        },
      ),
      runs,
    );
  });

  it('fits the budget, or nothing could be dropped any more', async () => {
    const budget = fc.record({ contextTokens: fc.integer({ min: 60, max: 600 }), reserveTokens: fc.integer({ min: 0, max: 50 }) });
    await fc.assert(
      fc.asyncProperty(systemText, fc.array(turn, { maxLength: 8 }), userContent, budget, async (system, history, user, limits) => {
        const limit = limits.contextTokens - limits.reserveTokens;
        try {
          expect((await build({ system, history, user }, limits)).tokens.length).toBeLessThanOrEqual(limit);
        } catch (error) {
          if (!(error instanceof PromptTooLongError)) throw error;
          expect(error.promptTokens).toBeGreaterThan(limit);
          await expect(build({ system, history: [], user }, limits)).rejects.toThrow(PromptTooLongError);
        }
      }),
      runs,
    );
  });

  it('leaves out whole turns, the oldest', async () => {
    await fc.assert(
      fc.asyncProperty(systemText, fc.array(turn, { minLength: 3, maxLength: 8 }), question, async (system, history, text) => {
        const limits = { contextTokens: 250, reserveTokens: 0 };
        const { tokens, droppedTurns } = await build({ system, history, user: { text } }, limits);
        // Blocks are cut by the context's size, so the same one is needed for the kept turns alone.
        const kept = await build({ system, history: history.slice(droppedTurns), user: { text } }, limits);
        expect(kept).toEqual({ tokens, droppedTurns: 0, cuts: [] });
      }),
      runs,
    );
  });

  it('begins with the prefix a lane was warmed with', async () => {
    const selection = fc.record({ startLine: fc.nat(), endLine: fc.nat(), text: anyText });
    const rest = fc.oneof(
      question.map((text) => ({ text })),
      fc.record({ text: question, selection }),
    );
    await fc.assert(
      fc.asyncProperty(
        systemText,
        fc.array(turn, { maxLength: 3 }),
        fc.option(fileBlock, { nil: undefined }),
        rest,
        async (system, history, file, user) => {
          const withFile = file === undefined ? {} : { file };
          const prefix = await chatPrefix({ system, history, ...withFile }, format, tokenizer, roomy);
          const { tokens } = await build({ system, history, user: { ...user, ...withFile } });
          expect(tokens.slice(0, prefix.length)).toEqual(prefix);
          if (file !== undefined) expect(prefix.length).toBeGreaterThan(tokenizer.encode(file.text).length / 2);
        },
      ),
      runs,
    );
  });

  it('shares the tokens of a file between selections', async () => {
    const file = { path: 'src/a.ts', language: 'typescript', text: 'const answer = 42;\n'.repeat(400) };
    const explain = async (startLine: number, text: string) =>
      (
        await build(
          { system: 'Be brief.', history: [], user: { text: 'Explain.', file, selection: { startLine, endLine: startLine, text } } },
          budget,
        )
      ).tokens;
    const budget = { contextTokens: 2048, reserveTokens: 256 };
    const one = await explain(1, 'const answer = 42;');
    const other = await explain(200, '答案');
    const shared = one.findIndex((id, index) => id !== other[index]);
    expect(shared).toBeGreaterThan(2048 * 0.38);
    expect((await chatPrefix({ system: 'Be brief.', history: [], file }, format, tokenizer, budget)).length).toBeGreaterThan(2048 * 0.38);
  });
});

describe('a tokenizer that takes more tokens for a whole than for its parts', () => {
  it('does not make a prompt overflow its lane', async () => {
    const encode = (text: string): readonly number[] => new Array<number>(Math.ceil((text.length / 8) ** 1.5)).fill(7);
    const odd: PromptTokenizer = {
      fingerprint: 'odd',
      bos: 1,
      eos: 2,
      fim: undefined,
      encode,
      encodeTemplate: encode,
      encodeInside: encode,
    };
    const history = Array.from({ length: 9 }, () => ({ user: { text: 'What is this?' }, answer: { text: 'It is that.' } }));
    const prompt = await buildChatPrompt({ system: '', history, user: { text: 'Why?' } }, { kind: 'base' }, odd, {
      contextTokens: 120,
      reserveTokens: 0,
    });
    expect(prompt.tokens.length).toBeLessThanOrEqual(120);
    expect(prompt.droppedTurns).toBeLessThan(9);
  });
});

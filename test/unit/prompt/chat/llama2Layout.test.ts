import type { ChatInput } from '../../../../src/contract/chat';
import { describe, expect, it } from 'vitest';
import { buildChatPrompt, PromptTooLongError } from '../../../../src/prompt/chat/chatPrompt';
import { BRIEF_SYSTEM_TEXT, SAFE_SYSTEM_TEXT } from '../../../../src/prompt/chat/systemPrompt';
import { golden } from '../../../fixtures/templates/tokenGolden';
import { LLAMA_FINGERPRINT, llamaTokenizerWith } from '../tokenizers';

const tokenizer = llamaTokenizerWith();
const format = { kind: 'llama2' } as const;
const { prompts } = golden;
const ask = async (input: ChatInput): Promise<readonly number[]> =>
  (await buildChatPrompt(input, format, tokenizer, { contextTokens: 4096, reserveTokens: 0 })).tokens;

describe("Llama 2 chat, token for token as Meta's reference", () => {
  it.each(prompts)('$name', async ({ input, budget, dropped, tokens }) => {
    const prompt = await buildChatPrompt(input, format, tokenizer, { contextTokens: budget, reserveTokens: 0 });
    expect(prompt.tokens).toEqual(tokens);
    expect(prompt.droppedTurns).toBe(dropped);
  });

  it('has the ids everybody knows at its beginning', async () => {
    // [INST] is three pieces of the vocabulary, not one token: an "improved" tokenizer would show here.
    expect(await ask({ system: '', history: [], user: { text: 'Hello' } })).toEqual([
      1, 518, 25580, 29962, 15043, 518, 29914, 25580, 29962,
    ]);
  });

  it('ends a finished turn with a space and EOS and begins the next with BOS', async () => {
    const history = [{ user: { text: 'Hi' }, answer: { text: 'Hello' } }];
    expect((await ask({ system: '', history, user: { text: 'x' } })).slice(0, 13)).toEqual([
      1, 518, 25580, 29962, 6324, 518, 29914, 25580, 29962, 15043, 29871, 2, 1,
    ]);
  });

  it("uses Meta's default system text that the golden prompts were made with", () => {
    expect(prompts[1]?.input.system).toBe(SAFE_SYSTEM_TEXT);
  });
});

describe('answers of Llama 2 chat', () => {
  const turn = (fingerprint: string) => ({ user: { text: 'Hi' }, answer: { text: 'Hello', tokens: [379, 295, 417], fingerprint } });

  it("tokenises another model's answer from its text", async () => {
    const other = await ask({ system: '', history: [turn('another model')], user: { text: 'x' } });
    expect(other).toEqual(await ask({ system: '', history: [{ user: { text: 'Hi' }, answer: { text: 'Hello' } }], user: { text: 'x' } }));
    expect(other).not.toEqual(await ask({ system: '', history: [turn(LLAMA_FINGERPRINT)], user: { text: 'x' } }));
  });

  it('says how long a prompt is that cannot fit', async () => {
    const build = () =>
      buildChatPrompt({ system: BRIEF_SYSTEM_TEXT, history: [turn('x')], user: { text: 'long '.repeat(500) } }, format, tokenizer, {
        contextTokens: 400,
        reserveTokens: 100,
      });
    await expect(build()).rejects.toThrow(PromptTooLongError);
    await expect(build()).rejects.toThrow(expect.objectContaining({ contextTokens: 400 }));
    await expect(build()).rejects.toThrow(/takes 5\d\d tokens of a context of 400/);
  });
});

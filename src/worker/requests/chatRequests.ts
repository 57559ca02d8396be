import type { ChatParams, ChatProgress, ChatResult, WarmChat } from '../../contract/chat';
import type { UserContent } from '../../contract/context';
import type { WarmResult } from '../../contract/warmUp';
import { buildChatPrompt, chatBudget, chatPrefix } from '../../prompt/chat/chatPrompt';
import type { Grammars } from '../syntax/grammars';
import { Outlines } from '../syntax/outlines';
import { answerEndFor, AnswerWriter } from '../text/answerWriter';
import type { ModelSession } from './modelSession';
import { warmUp } from './warmUp';

/** llama.cpp's old default: keeps small models out of loops, and is too mild to change what a large one says. */
const REPEAT_PENALTY = 1.1;
/** Blocks longer than this share of the context may have to be cut by their declarations. A token is at least one character. */
const OUTLINE_SHARE = 1 / 16;

/** Chats with one model. */
export class ChatRequests {
  private readonly outlines: Outlines;

  constructor(
    private readonly model: ModelSession,
    grammars: Grammars,
  ) {
    this.outlines = new Outlines(grammars, (message) => {
      model.log('warn', message);
    });
  }

  /**
   * Answers a question in a conversation.
   * @throws PromptTooLongError, ChatTemplateError
   */
  async answer(request: ChatParams, onEvent: (event: ChatProgress) => void, signal: AbortSignal): Promise<ChatResult> {
    const { loaded, session } = this.model;
    const { tokenizer, format, facts } = loaded;
    await this.prepareOutlines([...request.history.map(({ user }) => user), request.user]);
    const prompt = await buildChatPrompt(request, format, tokenizer, chatBudget(facts.contextTokens, request.maxTokens), this.outlines.of);
    const answer = new AnswerWriter(loaded, prompt.tokens, await answerEndFor(loaded), onEvent);
    const result = await session.run(
      {
        priority: 'chat',
        role: 'chat',
        subject: request.subject,
        prompt: prompt.tokens,
        maxTokens: request.maxTokens,
        sampling: { ...request.sampling, repeatPenalty: REPEAT_PENALTY },
        drafts: true,
        onPrefill: (done) => {
          onEvent({ kind: 'prefill', done, total: prompt.tokens.length });
        },
        onToken: (token) => answer.push(token),
      },
      signal,
    );
    answer.end();
    return {
      text: answer.text,
      tokens: answer.tokens(result),
      fingerprint: facts.fingerprint,
      stop: answer.isCut && result.stop !== 'cancelled' ? 'end' : result.stop,
      metrics: result.metrics,
      droppedTurns: prompt.droppedTurns,
      cuts: prompt.cuts,
      contextUsed: result.laneTokens,
    };
  }

  /** Evaluates what later chats will begin with. */
  async warm(input: Omit<WarmChat, 'kind'>, signal: AbortSignal): Promise<WarmResult> {
    const { tokenizer, format, facts } = this.model.loaded;
    const { history, file } = input;
    await this.prepareOutlines([...history.map(({ user }) => user), ...(file ? [{ text: '', file }] : [])]);
    const prompt = await chatPrefix(input, format, tokenizer, chatBudget(facts.contextTokens, 0), this.outlines.of);
    return warmUp(this.model.session, { role: 'chat', subject: input.subject, prompt }, signal);
  }

  /** Loads the grammars by which long blocks are cut. */
  private prepareOutlines(contents: readonly UserContent[]): Promise<void> {
    const blocks = contents.flatMap(({ file, context = [] }) => [...(file ? [file] : []), ...context]);
    const shortest = this.model.facts.contextTokens * OUTLINE_SHARE;
    return this.outlines.prepare(blocks.flatMap((block) => ('language' in block && block.text.length > shortest ? [block.language] : [])));
  }
}

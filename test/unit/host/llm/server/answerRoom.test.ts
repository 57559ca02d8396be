import { afterEach, describe, expect, it } from 'vitest';
import { question, remoteEngine } from '../../../../fixtures/servers/serverEngines';
import {
  CHAT,
  getAnswer,
  getFailure,
  listModels,
  refuseIf,
  serve,
  stopServers,
  type StrangeServer,
} from '../../../../fixtures/servers/strangeServer';

afterEach(stopServers);

const turn = { user: { text: 'And then? '.repeat(20) }, answer: { text: 'Then more. '.repeat(20) } };
const conversation = question('Hi', { history: Array.from({ length: 20 }, () => turn), maxTokens: 1024 });

/** A server that counts `promptTokens` for any prompt, and refuses an answer that does not fit behind it. */
function serveCounting(promptTokens: number, say: (answerTokens: number) => string, status = 400): Promise<StrangeServer> {
  const room = 4096 - promptTokens;
  let asked = 0;
  return serve({
    '/v1/models': listModels({ data: [{ id: 'm' }] }),
    [CHAT]: (request, response) => {
      asked = (JSON.parse(request.text) as { readonly max_tokens: number }).max_tokens;
      refuseIf(() => asked > room, { error: { message: say(asked) } }, status)(request, response);
    },
  });
}

const openAi =
  (promptTokens: number) =>
  (answerTokens: number): string =>
    `This model's maximum context length is 4096 tokens. However, you requested ${promptTokens + answerTokens} tokens (${promptTokens} in the messages, ${answerTokens} in the completion). Please reduce the length of the messages or completion.`;

describe('a prompt that fits without the whole answer', () => {
  it.each<[string, (answerTokens: number) => string, number]>([
    ['OpenAI', openAi(3517), 400],
    [
      'text-generation-inference',
      (count) =>
        `Input validation error: \`inputs\` tokens + \`max_new_tokens\` must be <= 4096. Given: 3517 \`inputs\` tokens and ${count} \`max_new_tokens\``,
      422,
    ],
    [
      'vLLM',
      (count) =>
        `'max_tokens' or 'max_completion_tokens' is too large: ${count}. This model's maximum context length is 4096 tokens and your request has 3517 input tokens (${count} > 4096 - 3517).`,
      400,
    ],
  ])('is asked again for a shorter answer, with every turn, in the words of %s', async (_, say, status) => {
    const server = await serveCounting(3517, say, status);
    const engine = remoteEngine(server.url, { contextTokens: 8192 });
    expect(await getAnswer(engine, conversation)).toMatchObject({ text: 'Yes', droppedTurns: 0 });
    const [first, second, ...more] = server.bodies(CHAT);
    expect(more).toEqual([]);
    expect([first?.['max_tokens'], second?.['max_tokens']]).toEqual([1024, 579]);
    expect(second?.['messages']).toEqual(first?.['messages']);
  });

  it('has its oldest turns left out where hardly any answer would fit', async () => {
    const server = await serveCounting(4090, openAi(4090));
    await getFailure(remoteEngine(server.url, { contextTokens: 8192 }), conversation);
    const [first, second] = server.bodies(CHAT);
    expect(second?.['max_tokens']).not.toBe(6);
    expect(JSON.stringify(second?.['messages']).length).toBeLessThan(JSON.stringify(first?.['messages']).length);
  });

  it('is asked again once, by a server that counts anew each time', async () => {
    let count = 0;
    const server = await serve({
      '/v1/models': listModels({ data: [{ id: 'm' }] }),
      [CHAT]: (request, response) => {
        const { max_tokens: asked } = JSON.parse(request.text) as { readonly max_tokens: number };
        refuseIf(() => true, { error: { message: openAi(4096 - asked + ++count)(asked) } })(request, response);
      },
    });
    await getFailure(remoteEngine(server.url, { contextTokens: 8192 }), conversation);
    // Three prompts, each twice at most.
    expect(server.bodies(CHAT).length).toBeLessThanOrEqual(6);
  });
});

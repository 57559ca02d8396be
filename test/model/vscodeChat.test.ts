import type { Metrics } from '../../src/contract/metrics';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AnswerMemory } from '../../src/host/vscodeChat/answerMemory';
import { ModelList } from '../../src/host/vscodeChat/vscodeModelList';
import { ChatModelProvider } from '../../src/host/vscodeChat/chatModelProvider';
import { loadParams, startWorker, tinyChatModelPath } from '../fixtures/engine/realWorker';
import { Cancel, MemoryLog, type TestClient } from '../fixtures/engine/workerClient';
import { requestOptions, say, type Message, type Token } from '../unit/host/vscodeChat/chatRequestFixtures';

vi.mock('vscode', () => import('../unit/host/vscodeChat/fakeVscodeChat'));

const settings = () => ({ system: 'Be brief.', temperature: 1, maxTokens: 40 });

let client: TestClient;
let costs: Metrics[];

beforeAll(async () => {
  const model = loadParams(await tinyChatModelPath());
  client = startWorker(model);
  costs = [];
  client.onDidFinish((metrics) => costs.push(metrics));
});

afterAll(() => {
  client.dispose();
});

/** The provider on the real worker, as another extension uses it. */
async function provide(answers: AnswerMemory): Promise<(messages: readonly Message[]) => Promise<string>> {
  const configured = { path: await tinyChatModelPath(), contextTokens: 2048 };
  const models = new ModelList({
    engine: client,
    model: () => configured,
    settings,
    onDidChangeSettings: () => ({ dispose: () => undefined }),
  });
  const provider = new ChatModelProvider({ engine: client, models, answers, settings, newSeed: () => 5, log: new MemoryLog() });
  const [model] = await provider.provideLanguageModelChatInformation();
  if (model === undefined) throw new Error('there is no model');
  const token = new Cancel() as unknown as Token;
  return async (messages) => {
    let text = '';
    const report = (part: object): void => {
      text += (part as { value: string }).value;
    };
    await provider.provideLanguageModelChatResponse(model, messages, requestOptions(), { report }, token);
    return text;
  };
}

describe('the model in VS Code, on the real worker', () => {
  it('evaluates of a second request only what is new in it', async () => {
    const ask = await provide(new AnswerMemory());
    const question = say(1, 'Tell me about llamas.');
    const answer = await ask([question]);
    await ask([question, say(2, answer), say(1, 'And alpacas?')]);
    const [first, second] = costs.slice(-2);
    if (first === undefined || second === undefined) throw new Error('nothing was measured');
    expect(first.generatedTokens).toBeGreaterThan(10);
    // All that was read and written before but its last token, which nothing has been generated after.
    expect(second.reusedTokens).toBeGreaterThanOrEqual(first.promptTokens + first.generatedTokens - 1);
    expect(second.evaluatedTokens).toBe(second.promptTokens - second.reusedTokens);
  });

  it('would evaluate its own answer again, were it not for the memory of its ids', async () => {
    const ask = await provide(new AnswerMemory());
    const question = say(1, 'Tell me about camels.');
    const answer = await ask([question]);
    const forgetful = await provide(new AnswerMemory());
    await forgetful([question, say(2, answer), say(1, 'And alpacas?')]);
    const [first, second] = costs.slice(-2);
    if (first === undefined || second === undefined) throw new Error('nothing was measured');
    expect(second.reusedTokens).toBeLessThan(first.promptTokens + first.generatedTokens - 1);
  });
});

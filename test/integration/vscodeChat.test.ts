import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { engineState, eventually, paddock } from './paddock';

/** `oldest` where this is VS Code 1.104. */
const isOldest = process.env['PADDOCK_VSCODE'] === 'oldest';

const user = (text: string): vscode.LanguageModelChatMessage => vscode.LanguageModelChatMessage.User(text);
const assistant = (text: string): vscode.LanguageModelChatMessage => vscode.LanguageModelChatMessage.Assistant(text);
const greedy = { modelOptions: { temperature: 0, max_tokens: 48 } };

/** The model as another extension sees it, which nobody has given leave to anything. */
async function model(): Promise<vscode.LanguageModelChat> {
  const consumer = vscode.extensions.getExtension<{ lm: typeof vscode.lm }>('paddock-tests.consumer');
  assert.ok(consumer, 'the other extension is installed');
  const { lm } = await consumer.activate();
  const [found, ...more] = await lm.selectChatModels({ vendor: 'paddock' });
  assert.ok(found, 'there is a model');
  assert.deepEqual(more, []);
  return found;
}

async function answerTo(
  messages: vscode.LanguageModelChatMessage[],
  options: vscode.LanguageModelChatRequestOptions = greedy,
): Promise<{ readonly text: string; readonly pieces: number }> {
  const pieces: string[] = [];
  for await (const piece of (await (await model()).sendRequest(messages, options)).text) pieces.push(piece);
  return { text: pieces.join(''), pieces: pieces.length };
}

/** What a request ends in that has to fail. */
async function failureOf(asked: PromiseLike<unknown>): Promise<Error & { readonly code?: unknown }> {
  const error: unknown = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error, 'the request fails');
  return error;
}

describe('the model in VS Code, before it is loaded', () => {
  it('is listed, counts by estimate, and starts no worker', async () => {
    const { engine } = await paddock();
    const found = await model();
    assert.equal(found.id, 'SmolLM2-135M-Instruct.Q4_1');
    assert.equal(found.name, 'SmolLM2-135M-Instruct');
    assert.equal(found.family, 'llama');
    assert.ok(found.maxInputTokens > 2500 && found.maxInputTokens < 4096, String(found.maxInputTokens));
    assert.equal(await found.countTokens('a'.repeat(300)), 50);
    assert.equal(engine.state.kind, 'stopped');
  });

  it('is another one where the settings name another file; 1.104 does not tell others of that', async () => {
    await model();
    let told = 0;
    const subscription = vscode.lm.onDidChangeChatModels(() => told++);
    const section = vscode.workspace.getConfiguration('paddock');
    await section.update('model.path', '/nowhere/llama-2-7b-chat.Q4_0.gguf', vscode.ConfigurationTarget.Global);
    try {
      if (isOldest) await eventually('the other model', async () => (await model()).id === 'llama-2-7b-chat.Q4_0' || undefined);
      else await eventually('word of the other model', () => told > 0 || undefined);
      assert.equal((await model()).id, 'llama-2-7b-chat.Q4_0');
      assert.equal(told > 0, !isOldest);
    } finally {
      await section.update('model.path', undefined, vscode.ConfigurationTarget.Global);
      subscription.dispose();
    }
    await eventually('the first model', async () => (await model()).name.startsWith('SmolLM2') || undefined);
  });
});

describe('the model in VS Code', () => {
  it('loads for the first request of another extension, without an account or leave, and streams its answer', async () => {
    const { text, pieces } = await answerTo([user('What is the capital of France?')]);
    assert.match(text, /Paris/);
    assert.ok(pieces > 1, `${String(pieces)} pieces`);
    await engineState('ready');
  });

  it('is found by what it is, and by nothing else', async () => {
    const ids = async (selector: vscode.LanguageModelChatSelector): Promise<string[]> =>
      (await vscode.lm.selectChatModels(selector)).map(({ id }) => id);
    const { id, family, version } = await model();
    assert.deepEqual(await ids({ vendor: 'paddock', family, version, id }), [id]);
    assert.deepEqual(await ids({ vendor: 'paddock', family: 'gpt-4o' }), []);
  });

  it('counts tokens by its own vocabulary, of a text and of a message', async () => {
    const found = await model();
    assert.equal(await found.countTokens('Hello world'), 2);
    assert.equal(await found.countTokens(user('Hello world')), 10);
  });

  it('knows what was said before', async () => {
    const question = user('My name is Ada. Say hello to me.');
    const { text } = await answerTo([question]);
    const followUp = await answerTo([question, assistant(text), user('What is my name?')]);
    assert.match(followUp.text, /Ada/);
  });

  it('says in a sentence why there is no answer', async () => {
    const error = await failureOf(answerTo([user('Hi')], { modelOptions: { temperature: 9 } }));
    assert.match(error.message, /“temperature”/);
    const tooLong = await failureOf(answerTo([user('word '.repeat(5000))]));
    assert.match(tooLong.message, /The question is too long for the model/);
  });

  it('stops at once where the request is cancelled; 1.104 tells the one who asked, and not the model', async () => {
    const { engine } = await paddock();
    const answering = async (): Promise<boolean> =>
      (await engine.session())?.lanes.some(({ role, busy }) => role === 'chat' && busy) ?? false;
    const source = new vscode.CancellationTokenSource();
    const options = { modelOptions: { temperature: 1, seed: 1, max_tokens: 600 } };
    const question = user('Write a very long story about a tortoise who learns to program.');
    const response = await (await model()).sendRequest([question], options, source.token);
    const pieces = response.text[Symbol.asyncIterator]();
    for (let heard = 0; heard < 100;) heard += ((await pieces.next()).value as string | undefined)?.length ?? 100;
    assert.equal(await answering(), true);
    source.cancel();
    // Long enough for a step to end, and far too short for the answer.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assert.equal(await answering(), isOldest);
    await eventually('the end of the answer', async () => !(await answering()) || undefined);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { Emitter } from '../../../../src/util/event';
import { ModelRouter } from '../../../../src/host/llm/router';
import { AnswerMemory } from '../../../../src/host/vscodeChat/answerMemory';
import { ModelList } from '../../../../src/host/vscodeChat/vscodeModelList';
import { ChatModelProvider, type ChatModelProviderDeps } from '../../../../src/host/vscodeChat/chatModelProvider';
import { MESSAGE_TOKENS } from '../../../../src/prompt/context/tokenEstimate';
import { FakeEngine } from '../../../fixtures/engine/fakeEngine';
import { RecordingServer } from '../../../fixtures/servers/recordingServer';
import { remoteEngine } from '../../../fixtures/servers/serverEngines';
import { Cancel, MemoryLog } from '../../../fixtures/engine/workerClient';
import { requestOptions, say, type Message, type Model } from './chatRequestFixtures';

/** Somebody who uses the model, as VS Code does for them. */
class Asker {
  readonly engine = new FakeEngine();
  readonly deps: ChatModelProviderDeps;
  readonly provider: ChatModelProvider;
  readonly heard: string[] = [];
  readonly cancel = new Cancel();
  private readonly settingsChanges = new Emitter<unknown>();
  configured = { path: '/models/fake-7b.Q4_0.gguf', contextTokens: 4096 };
  changes = 0;

  constructor() {
    const settings = () => ({ system: 'Be brief.', temperature: 0.2, maxTokens: 100 });
    const models = new ModelList({
      engine: this.engine,
      model: () => this.configured,
      settings,
      onDidChangeSettings: this.settingsChanges.event,
    });
    const log = new MemoryLog();
    this.deps = { engine: this.engine, models, answers: new AnswerMemory(), settings, newSeed: () => 7, log };
    this.provider = new ChatModelProvider(this.deps);
    this.provider.onDidChangeLanguageModelChatInformation(() => this.changes++);
  }

  changeSettings(configured: Partial<Asker['configured']>): void {
    this.configured = { ...this.configured, ...configured };
    this.settingsChanges.fire(undefined);
  }

  async model(): Promise<Model> {
    const [model, ...more] = await this.provider.provideLanguageModelChatInformation();
    if (model === undefined || more.length > 0) throw new Error('there is not one model');
    return model;
  }

  async ask(messages: readonly Message[], options: Parameters<typeof requestOptions>[0] = {}, model?: Model): Promise<void> {
    const progress = { report: (part: object) => void this.heard.push((part as { value: string }).value) };
    const asked = model ?? (await this.model());
    await this.provider.provideLanguageModelChatResponse(asked, messages, requestOptions(options), progress, this.cancel);
  }

  /** Asks, and has the engine answer so. */
  async exchange(messages: readonly Message[], ...pieces: readonly string[]): Promise<void> {
    const asked = this.ask(messages);
    await this.untilAsked();
    for (const piece of pieces) this.engine.last.write(piece);
    this.engine.last.end();
    await asked;
  }

  async untilAsked(times = this.engine.chats.length + 1): Promise<void> {
    await vi.waitFor(() => {
      expect(this.engine.chats).toHaveLength(times);
    });
  }
}

describe('ChatModelProvider', () => {
  it('lists the model without starting the engine, and declares no tools or images', async () => {
    const asker = new Asker();
    asker.engine.state = { kind: 'stopped' };
    expect(await asker.model()).toEqual({
      id: 'fake-7b.Q4_0',
      name: 'fake-7b',
      family: 'unknown',
      version: 'Q4_0',
      maxInputTokens: expect.any(Number) as number,
      maxOutputTokens: 100,
      detail: 'on this machine',
      tooltip: 'Runs on this machine with Paddock; nothing leaves it.',
      capabilities: { imageInput: false, toolCalling: false },
    });
    expect(asker.engine.starts).toBe(0);
  });

  it('streams an answer with the sampling of the settings', async () => {
    const asker = new Asker();
    await asker.exchange([say(1, 'Capital of France?')], 'Par', 'is.');
    expect(asker.heard).toEqual(['Par', 'is.']);
    expect(asker.engine.last.params).toEqual({
      system: 'Be brief.',
      subject: 'task:vscodeChat',
      history: [],
      user: { text: 'Capital of France?' },
      sampling: { temperature: 0.2, topP: 0.9, topK: 40, seed: 7 },
      maxTokens: 100,
    });
  });

  it('adds the generated token ids to its own earlier answers', async () => {
    const asker = new Asker();
    await asker.exchange([say(1, 'One?')], '1');
    await asker.exchange([say(1, 'One?'), say(2, '1'), say(1, 'Two?')], '2');
    expect(asker.engine.last.params.history).toEqual([
      { user: { text: 'One?' }, answer: { text: '1', tokens: ['1'.codePointAt(0)], fingerprint: 'fake-model' } },
    ]);
    await asker.exchange([say(1, 'One?'), say(2, 'one'), say(1, 'Two?')], '2');
    expect(asker.engine.last.params.history[0]?.answer).toEqual({ text: 'one' });
  });

  it('reports nothing after a cancellation', async () => {
    const asker = new Asker();
    const asked = asker.ask([say(1, 'Count.')]);
    await asker.untilAsked();
    asker.engine.last.write('1');
    asker.cancel.cancel();
    asker.engine.last.write('2');
    await asked;
    expect(asker.heard).toEqual(['1']);
  });

  it('applies the options of a request', async () => {
    const asker = new Asker();
    const asked = asker.ask([say(1, 'Hi')], { modelOptions: { temperature: 0, max_tokens: 3, seed: 1 } });
    await asker.untilAsked();
    expect(asker.engine.last.params).toMatchObject({ sampling: { temperature: 0, seed: 1 }, maxTokens: 3 });
    asker.engine.last.end();
    await asked;
  });

  it.each([
    ['an option out of range', [say(1, 'Hi')], { modelOptions: { top_p: 3 } }, /“top_p”/],
    ['an image', [{ ...say(1, ''), content: [{ mimeType: 'image/png', data: new Uint8Array() }] }], {}, /cannot see images/],
    ['no question', [], {}, /Write a question/],
    ['an answer as the last message', [say(1, 'Hi'), say(2, 'Hello')], {}, /End with a message/],
    ['a tool that has to be called', [say(1, 'Hi')], { toolMode: 2, tools: [{ name: 'search', description: '' }] }, /cannot call tools/],
  ] as const)('rejects %s with a message and without asking the engine', async (_, messages, options, sentence) => {
    const asker = new Asker();
    await expect(asker.ask(messages, options)).rejects.toMatchObject({
      name: 'LanguageModelError',
      message: expect.stringMatching(sentence) as string,
    });
    expect(asker.engine.chats).toEqual([]);
  });

  it('answers when tools are optional', async () => {
    const asker = new Asker();
    const asked = asker.ask([say(1, 'Hi')], { tools: [{ name: 'search', description: '' }] });
    await asker.untilAsked();
    asker.engine.last.end();
    await asked;
  });

  it('rejects a failed request with the message of the chat view', async () => {
    const asker = new Asker();
    const asked = asker.ask([say(1, 'Hi')]);
    await asker.untilAsked();
    asker.engine.last.fail({ kind: 'promptTooLong', promptTokens: 5000, contextTokens: 4096 });
    await expect(asked).rejects.toMatchObject({ message: expect.stringMatching(/5,000 tokens where 4,096 fit/) as string });
  });

  it('rejects a missing model file with the code NotFound', async () => {
    const asker = new Asker();
    const asked = asker.ask([say(1, 'Hi')]);
    await asker.untilAsked();
    asker.engine.last.fail({ kind: 'modelNotFound', path: '/models/fake-7b.Q4_0.gguf' });
    await expect(asked).rejects.toMatchObject({ code: 'NotFound' });
  });

  it('rejects a request for a model that was replaced', async () => {
    const asker = new Asker();
    const before = await asker.model();
    asker.changeSettings({ path: '/models/other.gguf' });
    await expect(asker.ask([say(1, 'Hi')], {}, before)).rejects.toMatchObject({ code: 'NotFound' });
  });
});

describe('provideTokenCount', () => {
  it('counts the tokens of the text and of the message around it', async () => {
    const asker = new Asker();
    const model = await asker.model();
    expect(await asker.provider.provideTokenCount(model, 'one two three')).toBe(3);
    expect(await asker.provider.provideTokenCount(model, say(1, 'one two three'))).toBe(11);
  });

  it('estimates by length while no model is loaded, and loads none', async () => {
    const asker = new Asker();
    asker.engine.state = { kind: 'stopped' };
    const model = await asker.model();
    expect(await asker.provider.provideTokenCount(model, 'a'.repeat(30))).toBe(5);
    expect(await asker.provider.provideTokenCount(model, '你好')).toBe(2);
    expect(asker.engine.starts).toBe(0);
  });

  it('estimates for a server without sending it the text', async () => {
    const asker = new Asker();
    const server = await RecordingServer.start(true);
    const onDidChangeRoute = new Emitter<undefined>().event;
    const engine = new ModelRouter({ worker: asker.engine, remote: remoteEngine(server.url), isRemote: () => true, onDidChangeRoute });
    const provider = new ChatModelProvider({ ...asker.deps, engine });
    const [model] = await provider.provideLanguageModelChatInformation();
    if (model === undefined) throw new Error('there is no model');
    expect(await provider.provideTokenCount(model, 'unsent'.repeat(5))).toBe(5);
    expect(await provider.provideTokenCount(model, say(1, 'unsent'))).toBe(1 + MESSAGE_TOKENS);
    expect(server.requests).toEqual([]);
    // What is asked does reach it.
    await provider.provideLanguageModelChatResponse(model, [say(1, 'unsent')], requestOptions(), { report: () => undefined }, asker.cancel);
    expect(server.requestsWith('unsent')).toHaveLength(1);
    engine.dispose();
    await server.stop();
  });
});

describe('onDidChangeLanguageModelChatInformation', () => {
  it('fires only when the model or its context changes', async () => {
    const asker = new Asker();
    await asker.model();
    asker.changeSettings({});
    asker.engine.become({ kind: 'starting', generation: 2 });
    asker.changeSettings({ contextTokens: 2048 });
    await vi.waitFor(() => {
      expect(asker.changes).toBe(1);
    });
    asker.changeSettings({ path: '/models/other.gguf' });
    await vi.waitFor(() => {
      expect(asker.changes).toBe(2);
    });
    expect(await asker.model()).toMatchObject({ id: 'other' });
    asker.changeSettings({});
    await asker.model();
    expect(asker.changes).toBe(2);
  });

  it('does not fire before the model was listed', async () => {
    const asker = new Asker();
    asker.changeSettings({ path: '/models/other.gguf' });
    await asker.model();
    expect(asker.changes).toBe(0);
  });
});

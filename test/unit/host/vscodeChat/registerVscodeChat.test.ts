import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { modelVendor, participantId, registerVscodeChat } from '../../../../src/host/vscodeChat/registerVscodeChat';
import { participantCommands } from '../../../../src/host/vscodeChat/participant';
import { FakeEngine } from '../../../fixtures/engine/fakeEngine';
import { MemoryLog } from '../../../fixtures/engine/workerClient';
import { chat, lm, registry } from '../../../fixtures/vscode/fakeLanguageModels';
import { Uri } from '../../../fixtures/vscode/uri';

afterEach(() => {
  vi.restoreAllMocks();
});

function register(): { readonly log: MemoryLog; readonly dispose: () => void } {
  const log = new MemoryLog();
  const registered = registerVscodeChat({
    extensionUri: new Uri('/paddock'),
    engine: new FakeEngine(),
    model: () => ({ path: '/models/fake.gguf', contextTokens: 4096 }),
    settings: () => ({ system: '', temperature: 0, maxTokens: 100 }),
    onDidChangeSettings: () => ({ dispose: () => undefined }),
    newSeed: () => 7,
    log,
  });
  return { log, dispose: () => void registered.dispose() };
}

describe('registerVscodeChat', () => {
  it('registers the model and the participant, and removes both on dispose', () => {
    const { log, dispose } = register();
    expect([...registry.providers.keys()]).toEqual([modelVendor]);
    expect([...registry.participants.keys()]).toEqual([participantId]);
    expect(log.lines).toEqual([]);
    dispose();
    expect(registry.providers.size + registry.participants.size).toBe(0);
  });

  it('fires a change event so that VS Code lists the model', () => {
    const asked: unknown[] = [];
    const original = lm.registerLanguageModelChatProvider.bind(lm);
    vi.spyOn(lm, 'registerLanguageModelChatProvider').mockImplementation((vendor, provider) => {
      (provider as { onDidChangeLanguageModelChatInformation(listener: () => void): unknown }).onDidChangeLanguageModelChatInformation(
        () => {
          asked.push(vendor);
        },
      );
      return original(vendor, provider);
    });
    const { dispose } = register();
    expect(asked).toEqual([modelVendor]);
    dispose();
  });

  it('logs a registration that throws and keeps the other one', () => {
    vi.spyOn(chat, 'createChatParticipant').mockImplementation(() => {
      throw new Error('chat is disabled');
    });
    const { log, dispose } = register();
    expect([...registry.providers.keys()]).toEqual([modelVendor]);
    expect(log.lines).toEqual([expect.stringMatching(/^warn @paddock is not in VS Code’s own chat: Error: chat is disabled/)]);
    dispose();
  });

  it('logs an API that does not exist and keeps the other one', () => {
    const original = Object.getOwnPropertyDescriptor(lm, 'registerLanguageModelChatProvider') ?? {};
    Reflect.deleteProperty(lm, 'registerLanguageModelChatProvider');
    try {
      const { log, dispose } = register();
      expect([...registry.participants.keys()]).toEqual([participantId]);
      expect(log.lines).toEqual([expect.stringMatching(/^warn the language model is not in VS Code’s own chat: TypeError/)]);
      dispose();
    } finally {
      Object.defineProperty(lm, 'registerLanguageModelChatProvider', original);
    }
  });
});

describe('package.json', () => {
  interface Contributes {
    readonly languageModelChatProviders: readonly { readonly vendor: string }[];
    readonly chatParticipants: readonly { readonly id: string; readonly commands: readonly { readonly name: string }[] }[];
  }
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../package.json'), 'utf8')) as {
    readonly contributes: Contributes;
  };

  it('declares the vendor, the participant and its commands', () => {
    const { languageModelChatProviders, chatParticipants } = manifest.contributes;
    expect(languageModelChatProviders.map(({ vendor }) => vendor)).toEqual([modelVendor]);
    expect(chatParticipants.map(({ id }) => id)).toEqual([participantId]);
    expect(chatParticipants[0]?.commands.map(({ name }) => name)).toEqual(participantCommands);
  });
});

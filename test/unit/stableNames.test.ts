import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { NoteFacts } from '../../src/host/chat/service/chatTexts';
import { newConversation, newTurn, parseConversation } from '../../src/host/chat/store/conversationRecords';
import { codeActions } from '../../src/contract/webview/chatMessages';
import { sealHeader, thisWriter } from '../../src/worker/kvStore/snapshotFiles';

/**
 * Names that users, their settings and their stored data depend on. Files, types and functions may be renamed; these may not. A name that
 * is new is added here; one that goes needs an upgrade of what was stored under it.
 */
const settings = [
  'model.path',
  'model.contextTokens',
  'model.gpu',
  'model.unloadAfterMinutes',
  'endpoint.url',
  'endpoint.model',
  'endpoint.useFor',
  'worker.runtime',
  'worker.threads',
  'session.diskGigabytes',
  'download.endpoint',
  'chat.systemPrompt',
  'chat.ownSystemPrompt',
  'chat.temperature',
  'chat.maxTokens',
  'ghostText.enabled',
  'ghostText.languages',
  'ghostText.exclude',
  'ghostText.relatedFiles',
  'ghostText.debounceMilliseconds',
  'ghostText.maxTokens',
  'ghostText.modelPath',
];

const commands = [
  'newChat',
  'showConversations',
  'stopAnswer',
  'addFileToChat',
  'addSelectionToChat',
  'openChatInEditor',
  'newChatInEditor',
  'newChatInTab',
  'showConversationsInTab',
  'renameConversation',
  'pinConversation',
  'exportConversation',
  'deleteConversation',
  'importConversations',
  'acceptChange',
  'discardChange',
  'acceptHunk',
  'discardHunk',
  'explainSelection',
  'fixSelection',
  'testSelection',
  'documentSelection',
  'refactorSelection',
  'generateCommitMessage',
  'inlineEdit',
  'acceptEdit',
  'discardEdit',
  'acceptEditHunk',
  'discardEditHunk',
  'toggleGhostText',
  'toggleGhostTextLanguage',
  'snoozeGhostText',
  'triggerGhostText',
  'whyNoGhostText',
  'showGhostText',
  'chooseModel',
  'chooseGhostTextModel',
  'chooseModelFile',
  'useEmbeddedModel',
  'showDownloads',
  'setHuggingFaceToken',
  'configureEndpoint',
  'setEndpointKey',
  'turnOffEndpoint',
  'benchmarkMachine',
  'restartEngine',
  'retryGpu',
  'showLog',
  'openWalkthrough',
  'showMenu',
  'showSession',
];

/** Keys of what is stored, ids of views, and context keys, as they stand in the source. */
const literals = [
  'paddock.chat',
  'paddock.session',
  'paddock.chatTab',
  'paddock.benchmark',
  'paddock.participant',
  'paddock.proposing',
  'paddock.answering',
  'paddock.suggestionAccepted',
  'paddock.editPending',
  'paddock.loadAnyway',
  'paddock.edits',
  'paddock.gpuFailure',
  'paddock.offeredDownloads',
  'paddock.chosenModelFiles',
  'paddock.acceptedLicences',
  'paddock.session.today',
  'paddock.conversation',
  'machine.bandwidth',
  'chat.json',
  'download.json',
  'owner.json',
  'paddock.status',
  'paddock.endpoint',
  'paddock.downloads',
];

const root = join(import.meta.dirname, '../..');

interface Manifest {
  readonly contributes: {
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
    readonly commands: readonly { readonly command: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly walkthroughs: readonly { readonly id: string; readonly steps: readonly { readonly id: string }[] }[];
    readonly chatParticipants: readonly {
      readonly id: string;
      readonly name: string;
      readonly commands: readonly { readonly name: string }[];
    }[];
    readonly languageModelChatProviders: readonly { readonly vendor: string }[];
  };
}

const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

function readSources(): string {
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.map((file) => readFileSync(join(root, 'src', file), 'utf8')).join('\n');
}

describe('names that users and their data depend on', () => {
  it('keeps the keys of settings', () => {
    expect(Object.keys(contributes.configuration.properties)).toEqual(settings.map((key) => `paddock.${key}`));
  });

  it('keeps the ids of commands', () => {
    expect(contributes.commands.map(({ command }) => command)).toEqual(commands.map((id) => `paddock.${id}`));
  });

  it('keeps the ids of views, walkthrough steps, the participant and the provider', () => {
    expect(Object.values(contributes.views).flatMap((views) => views.map(({ id }) => id))).toEqual(['paddock.chat', 'paddock.session']);
    expect(contributes.walkthroughs.map(({ id, steps }) => [id, ...steps.map((step) => step.id)])).toEqual([
      ['paddock.start', 'chat', 'explain', 'ghost', 'model'],
    ]);
    const participants = contributes.chatParticipants.map(({ id, name, commands: all }) => [id, name, ...all.map((each) => each.name)]);
    expect(participants).toEqual([['paddock.participant', 'paddock', 'explain', 'fix', 'tests', 'doc', 'refactor']]);
    expect(contributes.languageModelChatProviders.map(({ vendor }) => vendor)).toEqual(['paddock']);
    expect(codeActions).toEqual(['apply', 'insert', 'newFile']);
  });

  it.each(literals)('keeps %s', (literal) => {
    expect(readSources()).toContain(`'${literal}'`);
  });

  it('keeps the fields of a stored conversation', () => {
    const cut: NoteFacts['cuts'][number] = { block: 'file', label: 'a.ts', shownLines: 1, totalLines: 2 };
    const turn = {
      ...newTurn('t1', { text: 'Why?', title: 'Fix', file: { path: 'a.ts', language: 'typescript', text: 'a' }, cursorLine: 1 }, undefined),
      answer: 'So.',
      state: 'failed' as const,
      stop: 'maxTokens' as const,
      error: { kind: 'noModel' as const },
      fingerprint: 'f',
      cuts: [cut],
    };
    const record = { ...newConversation('c1', 1), named: true, pinned: true, turns: [turn] };
    const kept = parseConversation(JSON.stringify(record));
    expect(Object.keys(kept).sort()).toEqual(['createdAt', 'id', 'named', 'pinned', 'schema', 'shown', 'title', 'turns', 'updatedAt']);
    const [first] = kept.turns;
    expect(Object.keys(first ?? {}).sort()).toEqual(
      ['answer', 'cuts', 'droppedTurns', 'error', 'fingerprint', 'id', 'state', 'stop', 'title', 'tokens', 'user'].sort(),
    );
    expect(first?.user).toEqual({ text: 'Why?', file: { path: 'a.ts', language: 'typescript', text: 'a' }, cursorLine: 1 });
    expect(first?.cuts).toEqual([cut]);
  });

  it('keeps the fields of a KV snapshot, and their values', () => {
    const header = sealHeader({
      id: '0'.repeat(32),
      fingerprint: 'f',
      settings: 's',
      owner: 'o',
      role: 'completion',
      subject: 'a.ts',
      tokens: [1],
      bytes: 1,
      sha256: '0'.repeat(64),
      writer: thisWriter,
    });
    expect(JSON.parse(header.slice(header.indexOf('\n') + 1))).toEqual({
      version: 1,
      id: '0'.repeat(32),
      fingerprint: 'f',
      settings: 's',
      owner: 'o',
      purpose: 'ghost',
      subject: 'a.ts',
      tokens: [1],
      bytes: 1,
      sha256: '0'.repeat(64),
      writer: thisWriter,
    });
  });

  it('keeps the names of benches', () => {
    const script = readFileSync(join(root, 'scripts/bench.mjs'), 'utf8');
    expect(script).toContain("const BENCHES = ['session', 'ghost-latency', 'ghost-quality', 'chat'];");
  });
});

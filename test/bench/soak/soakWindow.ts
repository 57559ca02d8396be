import type { ChatParams, ChatProgress, ChatResult } from '../../../src/contract/chat';
import type { CompletionRequest, CompletionResult } from '../../../src/contract/completion';
import type { LoadModelParams } from '../../../src/contract/models';
import type { WarmParams, WarmResult } from '../../../src/contract/warmUp';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ChatController } from '../../../src/host/chat/view/chatController';
import { ConversationStore } from '../../../src/host/chat/store/conversationStore';
import type { Memento } from '../../../src/host/services/memento';
import { ChatMemory } from '../../../src/host/chat/store/chatMemory';
import { ChatService } from '../../../src/host/chat/service/chatService';
import type { Cancellation, Outcome } from '../../../src/host/llm/languageModel';
import { RestartPolicy } from '../../../src/host/llm/worker/restartPolicy';
import { idleAfter } from '../../../src/host/llm/idleWarmUp';
import { BRIEF_SYSTEM_TEXT } from '../../../src/prompt/chat/systemPrompt';
import { TestClient } from '../../fixtures/engine/workerClient';
import { fakeContext } from '../../unit/host/chat/context/contextFakes';
import { fakeTexts } from '../../unit/host/chat/chatFakes';
import { chatTokens } from '../lib/replay';
import { errorText, type Findings } from './soakFindings';
import type { Witness } from './soakWitness';

export interface WindowOptions {
  /** The worker's script. */
  readonly script: string;
  readonly model: LoadModelParams;
  /** Of Paddock's own, for conversations; outlives the window. */
  readonly folder: string;
  /** VS Code's memory of the workspace; outlives the window. */
  readonly memory: Memento;
  readonly witness: Witness;
  readonly findings: Findings;
  /** Takes the logs of host and worker: at each change of the engine's state, and at the end. */
  readonly onLog: (lines: readonly string[]) => void;
}

/** A client that a {@link Witness} watches. */
class WitnessedClient extends TestClient {
  constructor({ script, model, witness }: WindowOptions) {
    let clock = 0;
    // The soak kills more often than the policy would put up with: by its clock, a day lies between two crashes.
    super(script, model, { policy: new RestartPolicy(() => (clock += 86_400_000)) });
    this.witness = witness;
  }

  private readonly witness: Witness;

  override chat(params: ChatParams, onProgress: (progress: ChatProgress) => void, cancel: Cancellation): Promise<Outcome<ChatResult>> {
    return this.witness.chat(params, onProgress, (watched) => super.chat(params, watched, cancel));
  }

  override complete(params: CompletionRequest, cancel: Cancellation): Promise<Outcome<CompletionResult>> {
    return this.witness.ghost(() => super.complete(params, cancel));
  }

  override warm(params: WarmParams, cancel: Cancellation): Promise<Outcome<WarmResult>> {
    return this.witness.warm(() => super.warm(params, cancel));
  }
}

/** Lives of workers, numbered over all windows. */
let lives = 0;

/** One VS Code window without VS Code: the engine's client, the chat with its records, and nothing in their place but the words. */
export class SoakWindow {
  readonly client: TestClient;
  readonly store: ConversationStore;
  readonly controller: ChatController;
  private readonly service: ChatService;
  /** Number of the life of the worker that runs, or ran last. */
  life = 0;
  /** Tokens that its workers took up from parked lanes. */
  restoredTokens = 0;
  private generation = 0;

  constructor(private readonly options: WindowOptions) {
    const { findings, folder, memory } = options;
    this.client = new WitnessedClient(options);
    const { log } = this.client;
    this.store = new ConversationStore({
      folder: join(folder, 'conversations'),
      log,
      onCorrupt: (file) => {
        findings.add('lost', `a conversation was set aside: ${file}`);
      },
      onWriteFailing: () => {
        findings.add('storage', 'conversations cannot be written');
      },
    });
    this.watchStates();
    this.service = new ChatService({
      engine: this.client,
      store: this.store,
      settings: () => ({ system: BRIEF_SYSTEM_TEXT, temperature: 0, maxTokens: chatTokens }),
      log,
      idle: (action) => {
        const timer = setTimeout(action, 20);
        return {
          dispose: () => {
            clearTimeout(timer);
          },
        };
      },
      newId: randomUUID,
      newSeed: () => 0,
      now: Date.now,
    });
    const own = new ChatMemory(memory);
    this.controller = new ChatController({
      service: this.service,
      engine: this.client,
      memory: own,
      context: fakeContext({ memory: own, engine: this.client, idle: idleAfter(150) }),
      openSource: () => Promise.resolve(),
      texts: fakeTexts,
      log,
      runAction: () => undefined,
      resolveCommand: () => Promise.resolve(undefined),
    });
  }

  /** Id of the conversation that was asked in last. */
  get conversation(): string {
    return new ChatMemory(this.options.memory).conversationId ?? '';
  }

  /** Kills the worker the hard way, if one is ready. */
  kill(): boolean {
    const pid = this.client.workerPid;
    if (this.client.state.kind !== 'ready' || pid === undefined) return false;
    this.options.witness.ending();
    process.kill(pid, 'SIGKILL');
    return true;
  }

  /** As VS Code closes a window: the worker gets the time it needs to park its lanes. */
  async close(): Promise<void> {
    this.options.witness.ending();
    this.controller.dispose();
    this.service.dispose();
    this.store.dispose();
    await this.client.shutDown();
    this.flushLogs();
  }

  private flushLogs(): void {
    const { log, workerLog } = this.client;
    this.options.onLog([...workerLog.lines.splice(0), ...log.lines.splice(0)]);
  }

  private watchStates(): void {
    const { findings, witness } = this.options;
    this.client.onDidChangeState((state) => {
      this.flushLogs();
      if (state.kind === 'ready') {
        // Told again when a worker keeps the host waiting, and when it no longer does.
        if (state.generation === this.generation) return;
        this.generation = state.generation;
        this.life = ++lives;
        this.restoredTokens += state.facts.restoredTokens;
        witness.born(this.life);
      } else if (state.kind === 'failed') findings.add('failure', `the engine: ${errorText(state.error)}`);
      else if (state.kind === 'restarting' && !witness.isEnding) {
        witness.ending();
        findings.add('failure', `the worker died by itself: ${errorText(state.error)}`);
      }
    });
  }
}

import type { LoadModelParams, ModelFacts, ModelRole } from '../../contract/models';
import type { SessionFacts } from '../../contract/sessionFacts';
import type { TemplateRenderer } from '../../prompt/template/templateRenderer';
import { largest } from '../../util/lists';
import type { EngineLog } from '../model/loadModel';
import type { Cleared } from '../session/session';
import { together } from '../session/sessionView';
import { StepGate } from '../session/stepGate';
import { Grammars } from '../syntax/grammars';
import { ChatRequests } from './chatRequests';
import { CompletionRequests } from './completionRequests';
import { closeLimit, ModelSession } from './modelSession';

export interface LoadListeners {
  readonly onProgress: (fraction: number) => void;
  /** Told, before anything is loaded, what it will be loaded on. */
  readonly onDevice: (device: string | false) => void;
  readonly log: EngineLog;
}

/** The models of this worker, at most one for each role, and who answers which requests. Sessions share the processor. */
export class ModelSet {
  private readonly models = new Map<ModelRole, ModelSession>();
  private readonly grammars = new Grammars();
  private gate: StepGate | undefined;
  private requests: { readonly chat: ChatRequests; readonly completion: CompletionRequests } | undefined;

  /** @param templates renders the chat templates of model files */
  constructor(private readonly templates: TemplateRenderer) {}

  /**
   * Loads a model for a role, in the place of the one that it has. Tries nothing else where that fails.
   * @throws EngineFailure for everything a user can do something about
   */
  async load(params: LoadModelParams, { onProgress, onDevice, log }: LoadListeners): Promise<ModelFacts> {
    const { role, isShared = false, reservedBytes = 0, ...options } = params;
    await this.drop(role);
    // What a worker that died left in memory is taken over by one of the places where lanes are parked, and not by both at once.
    const others = [...this.models.values()];
    for (const other of others) await other.park();
    if (others.length === 0) this.gate = isShared ? new StepGate() : undefined;
    const mappedBytes = sum(others.map(({ facts }) => (facts.mapped ? facts.fileBytes : 0)));
    const beside = { reservedBytes: reservedBytes + mappedBytes, takenBytes: sum(others.map(({ takenBytes }) => takenBytes)) };
    const unusable: Pick<ModelFacts, 'gpuFailure'>[] = [];
    const model = await ModelSession.load(
      {
        ...options,
        templates: this.templates,
        gate: this.gate,
        isSecond: others.length > 0,
        ...(isShared ? { beside } : {}),
        onDevice: (device, gpuFailure) => {
          if (gpuFailure) unusable.push({ gpuFailure });
          onDevice(device);
        },
      },
      onProgress,
      log,
    );
    this.models.set(role, model);
    this.serve();
    return { ...model.facts, ...unusable.at(-1) };
  }

  /** Who answers questions; `undefined` before a model is loaded for them. */
  get chat(): ChatRequests | undefined {
    return this.requests?.chat;
  }

  /** Who completes code: the chat's model, where there is no other for it. */
  get completion(): CompletionRequests | undefined {
    return this.requests?.completion;
  }

  /** Tokens of each text by the chat's model; `undefined` before it is loaded. */
  countTokens(texts: readonly string[]): Promise<readonly number[]> | undefined {
    return this.models.get('chat')?.countTokens(texts);
  }

  /** The sessions as they are now; `undefined` before the chat's model is loaded. */
  get view(): SessionFacts | undefined {
    const [chat, completion] = [this.models.get('chat'), this.models.get('completion')];
    return chat && completion ? together(chat.view, completion.view) : chat?.view;
  }

  get stepTime(): ModelSession['stepTime'] {
    const times = [...this.models.values()].map(({ stepTime }) => stepTime);
    return {
      stepMilliseconds: largest(
        times.map(({ stepMilliseconds }) => stepMilliseconds),
        0,
      ),
      stepLimitMilliseconds: largest(
        times.map(({ stepLimitMilliseconds }) => stepLimitMilliseconds),
        0,
      ),
    };
  }

  /** Whether somebody is typing: steps are short then, whosever they are. */
  set typing(typing: boolean) {
    for (const model of this.models.values()) model.typing = typing;
  }

  /** Keeps what the lanes hold. @returns lanes that are kept now */
  async park(): Promise<number> {
    let lanes = 0;
    for (const model of this.models.values()) lanes += await model.park();
    return lanes;
  }

  /** Forgets what no request is using: lanes, what is parked for this owner, and what prompts are known to be followed by. */
  async clear(): Promise<Cleared> {
    this.completion?.clear();
    const all = { lanes: 0, tokens: 0, parked: 0, bytes: 0 };
    // One after the other: what is parked lies in one folder, and is counted once.
    for (const model of this.models.values()) {
      const cleared = await model.clear();
      for (const key of ['lanes', 'tokens', 'parked', 'bytes'] as const) all[key] += cleared[key];
    }
    return all;
  }

  /** Ends every request, parks what is worth it, and gives the memory back. */
  async dispose(): Promise<void> {
    const models = [...this.models.values()];
    this.models.clear();
    await Promise.all(models.map((model) => model.dispose(closeLimit / models.length)));
    this.stopServing();
  }

  private async drop(role: ModelRole): Promise<void> {
    const model = this.models.get(role);
    if (!model) return;
    this.models.delete(role);
    // Requests under way end first.
    await model.dispose();
    this.stopServing();
  }

  private serve(): void {
    this.stopServing();
    const chat = this.models.get('chat');
    if (!chat) return;
    const completion = this.models.get('completion') ?? chat;
    this.requests = { chat: new ChatRequests(chat, this.grammars), completion: new CompletionRequests(completion, this.grammars) };
  }

  private stopServing(): void {
    this.requests?.completion.dispose();
    this.requests = undefined;
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

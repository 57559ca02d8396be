import type { ChatParams, ChatProgress, ChatResult } from '../../../src/contract/chat';
import type { CompletionRequest, CompletionResult } from '../../../src/contract/completion';
import type { WarmResult } from '../../../src/contract/warmUp';
import type { Outcome } from '../../../src/host/llm/languageModel';
import { errorText, type Findings } from './soakFindings';

/** A chat request as it was seen from outside: what was asked, what came, and how it ended. */
export class SeenChat {
  text = '';
  readonly tokens: number[] = [];
  events = 0;
  outcome: Outcome<ChatResult> | undefined;
  /** Settles with the request, and never rejects. */
  settled: Promise<unknown> = Promise.resolve();
  /** Called after each progress, with their number so far. */
  onEvent: (events: number) => void = () => undefined;

  /**
   * @param life number of the worker's life in which it was asked
   * @param place how many chat requests that life had before
   */
  constructor(
    readonly params: ChatParams,
    readonly life: number,
    readonly place: number,
  ) {}

  /** The ids behind {@link text}. */
  get ids(): readonly number[] {
    return this.outcome?.kind === 'done' ? this.outcome.value.tokens : this.tokens;
  }

  /** Whether the model was not at the end when it ended. */
  get isPart(): boolean {
    return this.outcome?.kind !== 'done' || this.outcome.value.stop === 'cancelled';
  }
}

export interface SeenGhost {
  readonly params: CompletionRequest;
  readonly result: CompletionResult;
}

/**
 * Stands between the host's features and the engine's client and holds every request against what the protocol promises. The worker's ends
 * that the soak brings about are announced, so that all others are findings.
 */
export class Witness {
  readonly counts = { chat: 0, ghost: 0, warm: 0, cancelled: 0, failed: 0 };
  /** Requests that have not settled. */
  pending = 0;
  lastChat: SeenChat | undefined;
  private life = 0;
  private chatsInLife = 0;
  private ends = 0;
  private dying = false;

  constructor(private readonly findings: Findings) {}

  /** A worker is ready: the `life`th. */
  born(life: number): void {
    this.life = life;
    this.chatsInLife = 0;
    this.dying = false;
  }

  /** The worker is about to be ended. Requests under way, and those that come before {@link born}, may fail. */
  ending(): void {
    this.ends++;
    this.dying = true;
  }

  /** Whether the worker is being ended, or has been and none is ready yet. */
  get isEnding(): boolean {
    return this.dying;
  }

  chat(
    params: ChatParams,
    onProgress: (progress: ChatProgress) => void,
    ask: (onProgress: (progress: ChatProgress) => void) => Promise<Outcome<ChatResult>>,
  ): Promise<Outcome<ChatResult>> {
    const seen = new SeenChat(params, this.life, this.chatsInLife++);
    this.lastChat = seen;
    const asked = this.watched('chat', () =>
      ask((progress) => {
        this.onProgress(seen, progress);
        onProgress(progress);
        seen.onEvent(seen.events);
      }),
    );
    const settled = asked.then((outcome) => {
      seen.outcome = outcome;
      this.compare(seen, outcome);
      return outcome;
    });
    seen.settled = settled.catch(() => undefined);
    return settled;
  }

  ghost(ask: () => Promise<Outcome<CompletionResult>>): Promise<Outcome<CompletionResult>> {
    return this.watched('ghost', ask);
  }

  warm(ask: () => Promise<Outcome<WarmResult>>): Promise<Outcome<WarmResult>> {
    return this.watched('warm', ask);
  }

  private async watched<T extends object>(kind: 'chat' | 'ghost' | 'warm', ask: () => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const { ends } = this;
    const excused = this.dying;
    this.counts[kind]++;
    this.pending++;
    try {
      const outcome = await ask();
      if (outcome.kind === 'failed') {
        this.counts.failed++;
        const wanted = ['workerDied', 'workerUnavailable', 'restarted'].includes(outcome.error.kind);
        if (!wanted || (!excused && ends === this.ends)) this.findings.add('failure', `${kind}: ${errorText(outcome.error)}`);
      } else if ('stop' in outcome.value && outcome.value.stop === 'cancelled') this.counts.cancelled++;
      return outcome;
    } catch (error) {
      this.findings.add('settling', `${kind} threw instead of settling: ${String(error)}`);
      throw error;
    } finally {
      this.pending--;
    }
  }

  private onProgress(seen: SeenChat, progress: ChatProgress): void {
    seen.events++;
    if (seen.outcome) this.findings.add('settling', `progress after the end of "${seen.params.user.text.slice(0, 40)}"`);
    if (progress.kind !== 'text') return;
    seen.text += progress.text;
    seen.tokens.push(...progress.tokens);
  }

  /** The text of all progress is the result's, and so are the ids but for those of a stop string. */
  private compare(seen: SeenChat, outcome: Outcome<ChatResult>): void {
    if (outcome.kind === 'failed') return;
    const { text, tokens } = outcome.value;
    if (text !== seen.text) this.findings.add('lost', `shown ${JSON.stringify(seen.text)}, and the result is ${JSON.stringify(text)}`);
    if (tokens.some((token, index) => index < seen.tokens.length && token !== seen.tokens[index]))
      this.findings.add('lost', `ids shown ${seen.tokens.join(' ')}, and the result has ${tokens.join(' ')}`);
  }
}

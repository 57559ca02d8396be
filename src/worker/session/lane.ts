import type { LaneRole } from '../../contract/sessionFacts';
import type { ControlledEvaluateInputItem, LlamaContextSequence, Token, TokenBias } from 'node-llama-cpp';
import { append } from '../../util/lists';
import { commonPrefixLength } from '../../util/commonPrefix';
import type { Sampled, JobSampling } from './job';
import { findRestoredFloor, type LaneFacts } from './lanePolicy';

/** How the token after one position is chosen. */
export interface Draw {
  readonly sampling: JobSampling;
  /** Tokens the repeat penalty applies to; given each time, as a sampler of the library lives for one call. */
  readonly punished: readonly number[];
  /** Raises the only tokens that may be chosen above all others; `undefined` where any may. */
  readonly bias?: TokenBias | undefined;
  /** Whether the token's confidence is wanted; only where the likeliest token is chosen. */
  readonly confidence?: boolean | undefined;
  /** How many of the likeliest tokens are wanted. */
  readonly ranked?: number | undefined;
}

/** node-llama-cpp's own way to copy a sequence, which it does not publish; test/model/lane.test.ts holds that it does what it says. */
interface CopyingSequence {
  _copyStateFromOtherSequence(other: LlamaContextSequence, upToTokenIndex: number): Promise<boolean>;
}

/** One sequence of the llama context, with the tokens whose KV it holds. */
export class Lane implements Omit<LaneFacts, 'use'> {
  /** Kept beside the library's own list, which is copied whole at every look. */
  readonly tokens: number[] = [];
  lastUsed = 0;
  /** What it was last used for is about. */
  subject: string | undefined;
  /** The parked lane that holds the most of this one; see snapshotPolicy.ts. */
  parkedAs: string | undefined;
  /** Copied KV arrives with the next step: until then the state must not be written anywhere. */
  private copyPending = false;
  /** What the snapshot that it goes on from left out. */
  private restoredFloor = 0;

  /** @param slidingWindow as {@link findRestoredFloor} has it */
  constructor(
    readonly id: number,
    public role: LaneRole,
    private readonly sequence: LlamaContextSequence,
    private readonly slidingWindow: number | undefined,
  ) {}

  /** Most tokens the lane may hold: at one more the library would silently erase the beginning. */
  get capacity(): number {
    return this.sequence.contextSize - 1;
  }

  /** False for recurrent and hybrid models, whose state has no past. */
  get canRewind(): boolean {
    return !this.sequence.needsCheckpoints;
  }

  get rewindFloor(): number {
    return this.canRewind ? this.restoredFloor : this.tokens.length;
  }

  get canBeParked(): boolean {
    return this.canRewind && !this.copyPending && this.tokens.length > 0;
  }

  /** Keeps the first `count` tokens. Must not run beside a step. */
  async truncate(count: number): Promise<void> {
    if (count >= this.tokens.length) return;
    if (count === 0 || count < this.rewindFloor) {
      // The library would evaluate a recurrent model's beginning again by itself, in one long step, and cut a restored lane back too far.
      await this.clear();
      return;
    }
    await this.sequence.eraseContextTokenRanges([{ start: count, end: this.tokens.length }]);
    this.tokens.length = count;
  }

  /** Becomes a copy of another lane's first `count` tokens. Must not run beside a step. */
  async copyFrom(other: Lane, count: number): Promise<void> {
    await this.clear();
    if (count < other.rewindFloor) return;
    const ok = await (this.sequence as unknown as CopyingSequence)._copyStateFromOtherSequence(other.sequence, count);
    if (!ok) {
      await this.clear();
      return;
    }
    this.copyPending = true;
    this.restoredFloor = other.restoredFloor;
    append(this.tokens, other.tokens.slice(0, count));
  }

  /** Writes the lane's state to a file. Must not run beside a step. @returns the bytes that the file then has */
  async save(path: string): Promise<number> {
    return (await this.sequence.saveStateToFile(path)).fileSize;
  }

  /**
   * Takes a state up from a file that {@link save} wrote with this model and these settings; what else is in a file may crash the process.
   * @returns the tokens the state says it holds
   */
  async load(path: string): Promise<readonly number[]> {
    await this.clear();
    await this.sequence.loadStateFromFile(path, { acceptRisk: true });
    append(this.tokens, this.sequence.contextTokens);
    this.restoredFloor = findRestoredFloor(this.tokens.length, this.slidingWindow);
    return this.tokens;
  }

  /**
   * Evaluates tokens at the lane's end. Two lanes evaluated in the same turn of the event loop share one step.
   * @param draws for the last tokens, one each: how the token after it is chosen
   * @returns the token after each of those positions; `undefined` where the model gave none
   */
  async evaluate(tokens: readonly number[], draws: readonly Draw[]): Promise<readonly (Sampled | undefined)[]> {
    const plain = tokens.length - draws.length;
    const input = tokens.map((token, index): ControlledEvaluateInputItem => {
      const draw = draws[index - plain];
      if (draw === undefined) return token as Token;
      return [token as Token, { generateNext: { ...wantedOf(draw), options: optionsOf(draw) } }];
    });
    const output = await this.sequence.controlledEvaluate(input);
    this.copyPending = false;
    append(this.tokens, tokens);
    return draws.map((_, index) => {
      const { token, totalLogitWeight, logits } = output[plain + index]?.next ?? {};
      if (typeof token !== 'number') return undefined;
      // The weight is the sum of exp(logit - highest logit), which for the likeliest token is the inverse of its probability. The library
      // gives the confidence too, but sorts the vocabulary for it, which takes half of a small model's step; so does a ranking.
      return { token, confidence: totalLogitWeight === undefined ? undefined : 1 / totalLogitWeight, ranking: logits && [...logits] };
    });
  }

  /** Empties the lane, also after an error that leaves its state unknown. */
  async clear(): Promise<void> {
    this.tokens.length = 0;
    this.parkedAs = undefined;
    this.copyPending = false;
    this.restoredFloor = 0;
    await this.sequence.clearHistory();
  }

  commonWith(prompt: readonly number[]): number {
    return commonPrefixLength(this.tokens, prompt);
  }
}

function wantedOf({ confidence = false, ranked = 0 }: Draw): object {
  const logits = ranked === 0 ? {} : { logits: { filter: { tokens: [], includeTop: ranked } } };
  return { token: true, totalLogitWeight: confidence, ...logits };
}

function optionsOf({ sampling, punished, bias }: Draw): object {
  const { repeatPenalty, ...sampled } = sampling;
  const options = bias ? { ...sampled, tokenBias: bias } : sampled;
  if (punished.length === 0 || repeatPenalty === undefined) return options;
  return { ...options, repeatPenalty: { punishTokens: [...punished] as Token[], penalty: repeatPenalty } };
}

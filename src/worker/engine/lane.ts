import type { ControlledEvaluateInputItem, LlamaContextSequence, Token } from 'node-llama-cpp';
import { commonPrefixLength } from '../../base/prefix';
import type { Sampling } from './job';
import type { LaneFacts, LanePurpose } from './lanes';

/** One sequence of the llama context, with the tokens whose KV it holds. */
export class Lane implements LaneFacts {
  /** Kept beside the library's own list, which is copied whole at every look. */
  readonly tokens: number[] = [];
  busy = false;
  lastUsed = 0;

  constructor(
    readonly id: number,
    readonly purpose: LanePurpose,
    private readonly sequence: LlamaContextSequence,
  ) {}

  /** Most tokens the lane may hold: at one more the library would silently erase the beginning. */
  get capacity(): number {
    return this.sequence.contextSize - 1;
  }

  /**
   * Makes the lane begin with as much of `prompt` as it has, and drops the rest. At least the last token of the prompt is left to
   * evaluate when `needsLogits`, as its logits are wanted. Must not run beside a step.
   * @returns prompt tokens that need no evaluation
   */
  async align(prompt: readonly number[], needsLogits: boolean): Promise<number> {
    const wanted = needsLogits ? prompt.length - 1 : prompt.length;
    const common = Math.min(commonPrefixLength(this.tokens, prompt), wanted);
    if (common < this.tokens.length && this.sequence.needsCheckpoints) {
      // Recurrent and hybrid models cannot go back: the library would evaluate the beginning again by itself, in one long step.
      await this.clear();
      return 0;
    }
    if (common < this.tokens.length) {
      await this.sequence.eraseContextTokenRanges([{ start: common, end: this.tokens.length }]);
      this.tokens.length = common;
    }
    return common;
  }

  /**
   * Evaluates tokens at the lane's end. Two lanes evaluated in the same turn of the event loop share one step.
   * @param sampling yields the token that follows the last one
   * @param punished tokens the repeat penalty applies to; given each time, as a sampler of the library lives for one token
   */
  async evaluate(tokens: readonly number[], sampling: Sampling | undefined, punished: readonly number[] = []): Promise<number | undefined> {
    const input: ControlledEvaluateInputItem[] = tokens as Token[];
    const last = tokens.at(-1);
    if (sampling && last !== undefined) {
      const items = input.slice(0, -1);
      const { repeatPenalty, ...options } = sampling;
      const penalty =
        punished.length > 0 && repeatPenalty ? { repeatPenalty: { punishTokens: [...punished] as Token[], penalty: repeatPenalty } } : {};
      items.push([last as Token, { generateNext: { token: true, options: { ...options, ...penalty } } }]);
      const output = await this.sequence.controlledEvaluate(items);
      this.tokens.push(...tokens);
      return output.at(-1)?.next.token ?? undefined;
    }
    await this.sequence.controlledEvaluate(input);
    this.tokens.push(...tokens);
    return undefined;
  }

  /** Empties the lane, after an error that leaves its state unknown. */
  async clear(): Promise<void> {
    this.tokens.length = 0;
    await this.sequence.clearHistory();
  }
}

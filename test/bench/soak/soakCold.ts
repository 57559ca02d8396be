import type { LoadModelParams } from '../../../src/contract/models';
import { ColdModel } from '../../fixtures/models/coldModel';
import { noCancel, TestClient, valueOf } from '../../fixtures/engine/workerClient';
import type { Findings } from './soakFindings';
import type { SeenChat, SeenGhost } from './soakWitness';

/**
 * How far behind the best token one may be that is taken for equal, in natural logarithms of the odds. The shape of a batch changes rounding,
 * and more so with the embedded model's quantised weights than with the tiny model's of test/model: reading one ghost text's prompt in
 * pieces of 64 or 16 tokens rather than at once moved the odds between its three best tokens by 0.14 and 0.09. Both lanes may be off by
 * that much at each token. Another prompt makes more than 1.
 */
export const tolerance = 0.5;

/** Whether two answers to one prompt are the same, as far as the first one goes where it is a part. */
export function isSame(warm: readonly number[], cold: readonly number[], isPart: boolean): boolean {
  return (isPart ? warm.length <= cold.length : warm.length === cold.length) && warm.every((token, index) => token === cold[index]);
}

/** Asks again, each time in a worker that has done nothing before and has nothing stored, and compares. */
export class ColdJudge {
  readonly counts = { chat: 0, ghost: 0, same: 0, nearTies: 0, wrong: 0 };
  /** The largest difference that was taken for rounding. */
  largest = 0;

  constructor(
    private readonly script: string,
    private readonly model: LoadModelParams,
    private readonly findings: Findings,
  ) {}

  /** One answer and one ghost text share a worker: their lanes are others, and their prompts have nothing in common. */
  async compare(chat: SeenChat | undefined, ghost: SeenGhost | undefined): Promise<void> {
    if (!chat && !ghost) return;
    const client = new TestClient(this.script, this.model);
    try {
      const text = ghost && valueOf(await client.complete(ghost.params, noCancel)).text;
      const ids = chat && valueOf(await client.chat(chat.params, () => undefined, noCancel)).tokens;
      await client.shutDown();
      if (ghost && text !== undefined) await this.ghost(ghost, text);
      if (chat && ids) await this.chat(chat, ids);
    } finally {
      await client.shutDown();
    }
  }

  private async chat({ params, ids, isPart, life, place }: SeenChat, cold: readonly number[]): Promise<void> {
    this.counts.chat++;
    if (isSame(ids, cold, isPart)) {
      this.counts.same++;
      return;
    }
    const behind = await this.withModel(async (model) => {
      if (ids.length >= cold.length || !isSame(ids, cold, true)) return Math.max(0, ...(await model.shortfalls(params, ids)));
      // All tokens alike, and an end where the cold answer goes on: it is the end that is judged.
      const ends: number[] = [];
      for (const end of model.ends) ends.push((await model.shortfalls(params, [...ids, end])).at(-1) ?? Infinity);
      return Math.min(...ends);
    });
    const where = `answer ${place} of worker ${life} to ${JSON.stringify(params.user.text.slice(0, 60))}`;
    this.settle(behind, `${where}: ${ids.join(' ')}, and cold: ${cold.join(' ')}`);
  }

  private async ghost({ params, result }: SeenGhost, cold: string): Promise<void> {
    this.counts.ghost++;
    if (result.text === cold) {
      this.counts.same++;
      return;
    }
    const behind = await this.withModel((model) => model.departure(params, result.text, cold));
    const where = `ghost text in ${params.path} behind ${JSON.stringify(params.prefix.slice(-40))}`;
    this.settle(behind, `${where}: ${JSON.stringify(result.text)}, and cold: ${JSON.stringify(cold)}`);
  }

  private settle(behind: number, what: string): void {
    if (behind < tolerance) {
      this.counts.nearTies++;
      this.largest = Math.max(this.largest, behind);
    } else {
      this.counts.wrong++;
      this.findings.add('wrong', `${what}; behind the best by ${behind.toFixed(3)}`);
    }
  }

  /** A model for one judgement: kept, it would share pages with the worker whose memory is measured. */
  private async withModel<T>(judge: (model: ColdModel) => Promise<T>): Promise<T> {
    const model = await ColdModel.load(this.model.path, this.model.contextTokens);
    try {
      return await judge(model);
    } finally {
      await model.dispose();
    }
  }
}

import type { LoadModelParams } from '../../src/protocol/worker';
import { ColdModel } from '../fixtures/coldModel';
import { noCancel, TestClient, valueOf } from '../fixtures/workerClient';
import type { Findings } from './soakFindings';
import type { SeenChat, SeenGhost } from './soakWitness';

/**
 * How far behind the best token one may be that is taken for equal, in natural logarithms of the odds: the shape of a batch changes
 * rounding, and more so with quantised weights than with the tiny model's of test/model. Another prompt makes more than 1.
 */
export const tolerance = 0.15;

/** Whether two answers to one prompt are the same, as far as the first one goes where it is a part. */
export function isSame(warm: readonly number[], cold: readonly number[], isPart: boolean): boolean {
  return (isPart ? warm.length <= cold.length : warm.length === cold.length) && warm.every((token, index) => token === cold[index]);
}

/** What two texts begin with alike. */
export function commonBeginning(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return one.slice(0, length);
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
    const shortfall = Math.max(0, ...(await this.withModel((model) => model.shortfalls(params, ids))));
    // Tokens alike as far as they go, and the end elsewhere: what ended it is no token that could be judged.
    const endsEarly = ids.length < cold.length && isSame(ids, cold, true);
    const where = `answer ${place} of worker ${life} to ${JSON.stringify(params.user.text.slice(0, 60))}`;
    this.settle(shortfall, endsEarly ? Infinity : shortfall, `${where}: ${ids.join(' ')}, and cold: ${cold.join(' ')}`);
  }

  private async ghost({ params, result }: SeenGhost, cold: string): Promise<void> {
    this.counts.ghost++;
    if (result.text === cold) {
      this.counts.same++;
      return;
    }
    const leads = await this.withModel((model) => model.leads(params, commonBeginning(result.text, cold)));
    const lead = Math.min(...leads);
    const where = `ghost text in ${params.path} behind ${JSON.stringify(params.prefix.slice(-40))}`;
    this.settle(lead, lead, `${where}: ${JSON.stringify(result.text)}, and cold: ${JSON.stringify(cold)}`);
  }

  private settle(difference: number, judged: number, what: string): void {
    if (judged < tolerance) {
      this.counts.nearTies++;
      this.largest = Math.max(this.largest, difference);
    } else {
      this.counts.wrong++;
      this.findings.add('wrong', `${what}; behind the best by ${difference.toFixed(3)}`);
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

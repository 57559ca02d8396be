import type { LaneRole } from '../../contract/sessionFacts';
import type { AnswerSpeed } from '../../contract/sessionFacts';
import type { Metrics } from '../../contract/metrics';

/** Fewer tokens say more about a single step, and about the clock, than about speed. */
const fewestPrefilled = 32;
const fewestGenerated = 8;
/** As many of the last answers as a small picture can show. */
const most = 40;

/** How fast the last answers were. */
export class Speeds {
  private readonly kept: AnswerSpeed[] = [];

  /** The latest last. */
  get answers(): readonly AnswerSpeed[] {
    return this.kept;
  }

  /**
   * Takes an answer in; one too short to tell anything is left out.
   * @param prefillMilliseconds from the answer's first step to the end of its prompt; others' steps in between are part of what it took
   */
  record(role: LaneRole, metrics: Metrics, prefillMilliseconds: number): void {
    const { evaluatedTokens, generatedTokens, tokensPerSecond } = metrics;
    const isRead = evaluatedTokens >= fewestPrefilled && prefillMilliseconds > 0;
    const prefillTokensPerSecond = isRead ? (evaluatedTokens * 1000) / prefillMilliseconds : 0;
    const decodeTokensPerSecond = generatedTokens >= fewestGenerated ? tokensPerSecond : 0;
    if (prefillTokensPerSecond === 0 && decodeTokensPerSecond === 0) return;
    this.kept.push({ role, prefillTokensPerSecond, decodeTokensPerSecond });
    if (this.kept.length > most) this.kept.shift();
  }
}

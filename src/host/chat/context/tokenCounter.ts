import { createHash } from 'node:crypto';
import { servingModel, type LanguageModel } from '../../llm/languageModel';

/** Counts that are kept: each text of a long conversation with its attachments, and what is typed now. */
const mostKept = 2000;

/** As much of the engine as counting takes. */
export type CountingEngine = Pick<LanguageModel, 'state' | 'countTokens'>;

/** Tokens of texts, each counted once: typing a question counts no attached file again. */
export class TokenCounter {
  private counts = new Map<string, number>();
  private fingerprint: string | undefined;

  constructor(private readonly engine: CountingEngine) {}

  /** Has all of `texts` counted. `false` where they cannot be, as no model is ready. */
  async count(texts: readonly string[]): Promise<boolean> {
    const fingerprint = this.follow();
    if (fingerprint === undefined) return false;
    const missing = [...new Set(texts)].filter((text) => text !== '' && !this.counts.has(keyOf(text)));
    if (missing.length === 0) return true;
    const counted = await this.engine.countTokens(missing);
    // Another model may have been loaded meanwhile.
    if (counted === undefined || this.follow() !== fingerprint) return false;
    for (const [index, text] of missing.entries()) this.keep(keyOf(text), counted[index] ?? 0);
    return true;
  }

  /** Tokens of a text that was counted; `undefined` for one that was not. */
  of(text: string): number | undefined {
    return text === '' ? 0 : this.counts.get(keyOf(text));
  }

  /** Forgets what was counted by another model. */
  private follow(): string | undefined {
    const { state } = this.engine;
    const fingerprint = servingModel(state)?.fingerprint;
    if (fingerprint !== undefined && fingerprint !== this.fingerprint) {
      this.counts = new Map();
      this.fingerprint = fingerprint;
    }
    return fingerprint;
  }

  private keep(key: string, count: number): void {
    this.counts.set(key, count);
    const [oldest] = this.counts.keys();
    if (this.counts.size > mostKept && oldest !== undefined) this.counts.delete(oldest);
  }
}

/** A long text is not kept for its count. */
function keyOf(text: string): string {
  return text.length < 64 ? text : createHash('sha256').update(text).digest('base64');
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CompletionRequest, CompletionResult, WarmCompletion } from '../../contract/completion';
import type { WarmResult } from '../../contract/warmUp';
import { buildCompletionPrompt, completionBudget } from '../../prompt/completion/completionPrompt';
import { CompletionText } from '../../prompt/completion/completionText';
import { CompletionCache } from '../completion/completionCache';
import { ConfidenceCutoff } from '../completion/confidence';
import { SyntaxReader, type SyntaxFilter } from '../completion/syntaxFilter';
import { asTokens } from '../model/loadModel';
import { vocabularyOf } from '../model/tokenizer';
import type { Vocabulary } from '../model/vocabulary';
import type { JobResult, JobSpec } from '../session/job';
import type { Grammars } from '../syntax/grammars';
import { detokenizer } from '../text/answerWriter';
import type { ModelSession } from './modelSession';
import { GREEDY, warmUp } from './warmUp';

/** Sampling of alternatives: as free as a model may be whose text is to make sense. */
const VARIED = { temperature: 0.8, topK: 40, topP: 0.95 };

/** Completions by one model. */
export class CompletionRequests {
  private cache = new CompletionCache();
  private readonly syntax = new SyntaxReader();
  private readonly vocabulary: Vocabulary;

  constructor(
    private readonly model: ModelSession,
    private readonly grammars: Grammars,
  ) {
    this.vocabulary = vocabularyOf(model.loaded.model);
  }

  /** Completes code at a cursor. */
  async complete(request: CompletionRequest, signal: AbortSignal): Promise<CompletionResult> {
    let reading: Promise<SyntaxFilter | undefined> | undefined;
    // Not before the first token: parsing would keep one of the cores that it is evaluated on.
    const readSyntax = (): Promise<SyntaxFilter | undefined> => (reading ??= this.readSyntax(request));
    try {
      const { text, result } = await this.generate(request, readSyntax, signal);
      const { stop, metrics } = result;
      if (stop === 'cancelled' || request.ahead) return { text: '', stop, metrics };
      return text.finish(stop, metrics, await readSyntax());
    } finally {
      (await reading)?.dispose();
    }
  }

  /** Evaluates what a completion at this place will begin with. */
  async warm(input: Omit<WarmCompletion, 'kind'>, signal: AbortSignal): Promise<WarmResult> {
    const { tokens } = buildCompletionPrompt({ ...input, multiline: false }, this.model.loaded.tokenizer, this.promptBudget());
    // The last token is evaluated with the request, for its logits, or is another one by then.
    const outcome = await warmUp(this.model.session, { role: 'completion', subject: input.path, prompt: tokens.slice(0, -1) }, signal);
    if (!outcome.overtaken && !signal.aborted) (await this.readSyntax(input))?.dispose();
    return outcome;
  }

  /** Forgets what prompts are known to be followed by. */
  clear(): void {
    this.cache = new CompletionCache();
  }

  dispose(): void {
    this.syntax.dispose();
  }

  /** @param onFirst called for each token, so that the syntax is read no earlier than at the first */
  private async generate(
    request: CompletionRequest,
    onFirst: () => unknown,
    signal: AbortSignal,
  ): Promise<{ readonly text: CompletionText; readonly result: JobResult }> {
    const { loaded, session } = this.model;
    const { variant = 0, unsure = variant !== 0 } = request;
    const { tokens: prompt, forcedPrefix } = buildCompletionPrompt(request, loaded.tokenizer, this.promptBudget());
    const stream = detokenizer(loaded, prompt);
    const text = new CompletionText(request, forcedPrefix);
    const cutoff = new ConfidenceCutoff();
    const spec: JobSpec = {
      priority: request.ahead ? 'background' : 'interactive',
      role: 'completion',
      subject: request.path,
      prompt,
      maxTokens: request.maxTokens,
      drafts: true,
      ...(variant === 0 ? { sampling: GREEDY, confidence: true, ranking: true } : { sampling: { ...VARIED, seed: variant } }),
      // A space alone is left to the model, which may rather end the line.
      ...(forcedPrefix.trim() === '' ? {} : { begin: { text: forcedPrefix, vocabulary: this.vocabulary } }),
      onToken: (token, confidence = 1) => {
        if (!request.ahead) onFirst();
        // The end of a filled-in middle, where the GGUF does not say that it is one; nothing behind a token that is no text is wanted.
        if (asTokens([token]).some((id) => loaded.model.getTokenAttributes(id).control)) return 'rule';
        const piece = stream.push(token);
        if (!unsure && !cutoff.holds(confidence)) {
          text.cutBefore(piece);
          return 'rule';
        }
        return text.push(piece) === 'continue' ? 'continue' : 'rule';
      },
    };
    const result = await (variant === 0 ? this.cache.run(session, spec, signal) : session.run(spec, signal));
    return { text, result };
  }

  /** Parses what is around a place. Never rejects: without syntax, the other rules hold. */
  private async readSyntax({
    language,
    prefix,
    suffix,
  }: Pick<CompletionRequest, 'language' | 'prefix' | 'suffix'>): Promise<SyntaxFilter | undefined> {
    const warn = (message: string): void => {
      this.model.log('warn', message);
    };
    try {
      const parser = await this.grammars.parserOf(language, warn);
      await nextTurn();
      return parser && this.syntax.read(parser, prefix, suffix);
    } catch (error) {
      warn(`the syntax of a ${language} document cannot be read: ${String(error)}`);
      return undefined;
    }
  }

  private promptBudget(): number {
    return completionBudget(this.model.loaded.facts.contextTokens);
  }
}

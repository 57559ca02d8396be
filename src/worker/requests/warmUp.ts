import type { Sampling } from '../../contract/chat';
import type { WarmResult } from '../../contract/warmUp';
import type { JobSpec } from '../session/job';
import type { Session } from '../session/session';

/** Chooses the likeliest token each time. */
export const GREEDY: Sampling = { temperature: 0, topK: 1, topP: 1, seed: 0 };

/** Evaluates what a later request will begin with, at the lowest priority. Settles early when a request comes. */
export async function warmUp(
  session: Session,
  wanted: Pick<JobSpec, 'role' | 'subject' | 'prompt'>,
  signal: AbortSignal,
): Promise<WarmResult> {
  if (wanted.prompt.length === 0) return { evaluatedTokens: 0, overtaken: false };
  const { metrics, stop } = await session.run({ priority: 'background', ...wanted, maxTokens: 0, sampling: GREEDY }, signal);
  return { evaluatedTokens: metrics.evaluatedTokens, overtaken: stop === 'cancelled' && !signal.aborted };
}

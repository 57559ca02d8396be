import type { ConversationSummary } from '../store/conversationSummaries';

export type ConversationGroup = 'pinned' | 'today' | 'yesterday' | 'earlier';

/** `summaries` as the list shows them: the pinned ones first, the rest by the day they changed last. Keeps their order; no group is empty. */
export function grouped(
  summaries: readonly ConversationSummary[],
  now: number,
): readonly { readonly group: ConversationGroup; readonly summaries: readonly ConversationSummary[] }[] {
  const groups: readonly ConversationGroup[] = ['pinned', 'today', 'yesterday', 'earlier'];
  return groups
    .map((group) => ({ group, summaries: summaries.filter((summary) => groupOf(summary, now) === group) }))
    .filter((each) => each.summaries.length > 0);
}

function groupOf({ pinned, updatedAt }: ConversationSummary, now: number): ConversationGroup {
  if (pinned) return 'pinned';
  if (updatedAt >= midnight(now)) return 'today';
  // A day before midnight is not always the midnight before.
  return updatedAt >= midnight(midnight(now) - 1) ? 'yesterday' : 'earlier';
}

/** When the day of `time` began, where the user is. */
function midnight(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}

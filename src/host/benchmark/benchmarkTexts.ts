import { l10n } from 'vscode';
import { usableFrom, usableGhostMilliseconds } from '../../util/usableSpeed';
import type { Step } from './measureModel';
import { milliseconds, perSecond, share } from './measureFormat';
import type { Recommended } from './benchmarkAdvice';

/** What is being done, for the progress notification. */
export function stepWords(name: string, step: Step, done: number, of: number): string {
  switch (step) {
    case 'load':
      return l10n.t('{0}: loading', name);
    case 'ask':
      return l10n.t('{0}: a question about some code', name);
    case 'askAgain':
      return l10n.t('{0}: a second question', name);
    case 'ghostText':
      return l10n.t('{0}: ghost text, {1} of {2}', name, done + 1, of);
  }
}

/** The recommendation for the chat with its reason. */
export function chatWords(recommended: Recommended | undefined): string {
  if (!recommended) return l10n.t('No model could be measured, so there is nothing to recommend. The reasons are below.');
  const { model, reason } = recommended;
  const speed = perSecond(model.figures.decodeTokensPerSecond ?? 0);
  switch (reason) {
    case 'only':
      return l10n.t('{0}: it was the only one measured, and writes {1}, which is fast enough to read along.', model.name, speed);
    case 'largestUsable':
    case 'bestUsable':
      return l10n.t('{0}: of those that are fast enough to read along, it is the largest. It writes {1}.', model.name, speed);
    case 'fastestOfSlow':
      return l10n.t(
        '{0}: none reaches {1}, at which one can read along. This one is the fastest, with {2}.',
        model.name,
        perSecond(usableFrom),
        speed,
      );
  }
}

/** The recommendation for ghost text with its reason. */
export function ghostWords(recommended: Recommended | undefined): string {
  if (!recommended) return '';
  const { model, reason } = recommended;
  const { medianMilliseconds, similarity, shown } = model.figures.ghost;
  const time = medianMilliseconds === null ? '–' : milliseconds(medianMilliseconds);
  const likeness = share(similarity ?? 0);
  if (shown === 0) return l10n.t('{0}, for want of a better one: it showed no ghost text in the sample.', model.name);
  switch (reason) {
    case 'only':
      return l10n.t(
        '{0}: it was the only one measured. Half of its ghost texts come within {1}, with a likeness of {2}.',
        model.name,
        time,
        likeness,
      );
    case 'largestUsable':
    case 'bestUsable':
      return l10n.t(
        '{0}: of those that are fast enough, it comes closest to the real code, with a likeness of {1}; half come within {2}.',
        model.name,
        likeness,
        time,
      );
    case 'fastestOfSlow':
      return l10n.t(
        '{0}: none shows most ghost texts within {1}. This one is the fastest, with {2}.',
        model.name,
        milliseconds(usableGhostMilliseconds),
        time,
      );
  }
}

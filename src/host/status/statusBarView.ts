import type { ModelFacts } from '../../contract/models';
import { l10n } from 'vscode';
import type { EngineState } from '../llm/languageModel';
import { placeOf, serverLines, unloaded } from '../ui/engineStatus';
import { ghostTextLine } from '../ui/completionModelMessages';
import { describeProblem } from '../ui/errorMessages';
import { formatCount, formatGigabytes, formatRate } from '../ui/numberFormat';

export interface StatusBarView {
  readonly text: string;
  readonly tooltip: string;
  /** For a screen reader, which sees neither icon nor tooltip. */
  readonly accessibleLabel: string;
  readonly isProblem: boolean;
}

/**
 * What the status bar shows.
 * @param ghostText why ghost text does not come by itself, in words; empty where it does
 * @param speed tokens a second of the last answer, if there was one
 * @param leaves whether anything is sent to another machine
 */
export function statusView(state: EngineState, ghostText: string, speed: number | undefined, leaves: boolean): StatusBarView {
  const ghost = ghostText === '' ? '' : ` ${ghostText}`;
  const shown = (icon: string, label: string, tooltip: string, isProblem = false): StatusBarView => ({
    text: `$(${icon}) ${label}${ghost}`,
    tooltip,
    accessibleLabel: `${label}${ghost}. ${tooltip}`,
    isProblem,
  });
  switch (state.kind) {
    case 'stopped':
      return shown(
        'hubot',
        l10n.t('Paddock'),
        state.why === 'idle' ? unloaded() : l10n.t('Paddock: the model is loaded when you first open the chat or type'),
      );
    case 'starting':
      return shown('loading~spin', l10n.t('Paddock: starting'), l10n.t('Paddock: starting the process that runs the model'));
    case 'loading':
      return shown(
        'loading~spin',
        l10n.t('Paddock: loading {0}%', Math.round(state.fraction * 100)),
        l10n.t('Paddock: loading {0}', state.path),
      );
    case 'ready':
      return readyView(state, speed, leaves, shown);
    case 'remote':
      return shown(
        'hubot',
        `${state.server.name || l10n.t('Server')}${rateOf(speed)}`,
        [l10n.t('Paddock: {0}, {1}', state.server.name || l10n.t('Server'), placeOf(state.server)), ...serverLines(state.server)].join(
          '\n',
        ),
      );
    case 'restarting':
      return shown('loading~spin', l10n.t('Paddock: restarting'), describeProblem(state.error).message);
    case 'failed':
      return shown('error', l10n.t('Paddock: problem'), describeProblem(state.error).message, true);
  }
}

type Shown = (icon: string, label: string, tooltip: string) => StatusBarView;

function readyView(
  { facts, responding }: Extract<EngineState, { kind: 'ready' }>,
  speed: number | undefined,
  leaves: boolean,
  shown: Shown,
): StatusBarView {
  if (!responding) {
    return shown(
      'watch',
      l10n.t('{0} (not responding)', facts.name),
      l10n.t('Paddock: the process that runs the model is not responding; if it does not recover, it is restarted'),
    );
  }
  const lines = [
    leaves
      ? l10n.t('Paddock: {0}, {1}', facts.name, whereItRuns(facts))
      : l10n.t('Paddock: {0}, {1}; nothing leaves this machine', facts.name, whereItRuns(facts)),
    lanesLine(facts),
    ...ghostTextLine(facts),
    ...(facts.restoredTokens > 0 ? [l10n.t('{0} tokens taken up again', formatCount(facts.restoredTokens))] : []),
  ];
  return shown('hubot', `${facts.name}${rateOf(speed)}`, lines.join('\n'));
}

function rateOf(speed: number | undefined): string {
  return speed === undefined ? '' : ` ${l10n.t('{0} tokens/s', formatRate(speed))}`;
}

function whereItRuns({ gpu, threads, decodeThreads }: ModelFacts): string {
  if (gpu !== false) return l10n.t('on the GPU ({0})', gpu);
  return decodeThreads === threads
    ? l10n.t('on the CPU with {0} threads', threads)
    : l10n.t('on the CPU with {0} threads to read and {1} to write', threads, decodeThreads);
}

/** The choice that was made for the machine's memory. */
export function lanesLine({ lanes, contextTokens, laneBytes }: ModelFacts): string {
  const size = formatGigabytes(lanes * laneBytes);
  return lanes === 1
    ? l10n.t('1 lane of {0} tokens, {1} GB', formatCount(contextTokens), size)
    : l10n.t('{0} lanes of {1} tokens, {2} GB', lanes, formatCount(contextTokens), size);
}

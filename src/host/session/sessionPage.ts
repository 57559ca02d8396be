/** The session view's words and numbers, in the user's language. */
import { sum } from '../../util/lists';
import type { ModelFacts } from '../../contract/models';
import { l10n } from 'vscode';
import type { FactView, LaneLine, SectionView, SessionPage } from '../../contract/webview/sessionMessages';
import type { ActionView } from '../../contract/webview/chatMessages';
import type { LaneView, ParkedView, SessionView } from '../../contract/sessionFacts';
import type { EngineState } from '../llm/languageModel';
import { engineView } from '../ui/engineStatus';
import { labelOf } from '../ui/errorMessages';
import { speedSection } from './sessionCharts';
import type { DayRecord } from './dayRecord';
import { formatBytes, formatCount, formatDuration, formatShare } from '../ui/numberFormat';
import { parkedHeld } from './heldTokens';
import type { LaneContent, LaneLabel } from './laneLabels';

/** The view's own buttons; those of a problem are the engine's. */
export const sessionActionIds = ['start', 'park', 'clear', 'copyReport', 'restartEngine'] as const;

export type SessionActionId = (typeof sessionActionIds)[number];

export interface PageParts {
  readonly state: EngineState;
  /** Nothing without a ready worker. */
  readonly view: SessionView | undefined;
  readonly today: DayRecord;
  readonly labelOf: (content: LaneContent) => LaneLabel;
}

export function sessionPage({ state, view, today, labelOf: nameOf }: PageParts): SessionPage {
  return {
    title: l10n.t('Paddock session'),
    engine: engineView(state),
    loadingProgress: l10n.t('Loading the model'),
    sections: [
      ...(view ? lanesOf(view, state, nameOf) : []),
      savingsSection(view, today),
      ...(view ? [speedSection(view.answers)] : []),
      ...(view && state.kind === 'ready' ? [memorySection(view, state.facts), ...modelSections(state.facts)] : []),
    ],
    actions: actionsOf(state),
    actionsTitle: l10n.t('What you can do'),
  };
}

function actionsOf(state: EngineState): readonly ActionView[] {
  const labels: Readonly<Record<SessionActionId, string>> = {
    start: l10n.t('Load the Model'),
    park: l10n.t('Park Now'),
    clear: l10n.t('Clear…'),
    copyReport: l10n.t('Copy Report for an Issue'),
    restartEngine: labelOf('restartEngine'),
  };
  return idsFor(state).map((id) => ({ id, label: labels[id] }));
}

function idsFor({ kind }: EngineState): readonly SessionActionId[] {
  switch (kind) {
    case 'stopped':
      return ['start', 'copyReport'];
    case 'ready':
      return ['park', 'clear', 'copyReport', 'restartEngine'];
    case 'remote':
      return ['copyReport'];
    case 'failed':
      // The problem's own banner has the button that restarts.
      return ['copyReport'];
    case 'starting':
    case 'loading':
    case 'restarting':
      return ['copyReport', 'restartEngine'];
  }
}

/** Those of two models stand apart, each under the name of its own. */
function lanesOf({ lanes, parked }: SessionView, state: EngineState, nameOf: PageParts['labelOf']): readonly SectionView[] {
  const ghostText = state.kind === 'ready' && state.facts.completion?.kind === 'loaded' ? state.facts.completion.facts : undefined;
  if (state.kind !== 'ready' || !ghostText) return [lanesSection(lanes, nameOf), parkedSection(parked, nameOf)];
  const sectionsOf = (model: LaneView['model'], name: string): readonly SectionView[] => {
    const of = <T extends { readonly model?: LaneView['model'] }>(all: readonly T[]): readonly T[] =>
      all.filter((each) => each.model === model);
    return [lanesSection(of(lanes), nameOf), parkedSection(of(parked), nameOf)].map((section) => ({
      ...section,
      id: `${section.id}-${String(model)}`,
      title: `${section.title} · ${name}`,
    }));
  };
  return [...sectionsOf('chat', state.facts.name), ...sectionsOf('completion', ghostText.name)];
}

function lanesSection(lanes: readonly LaneView[], nameOf: PageParts['labelOf']): SectionView {
  return {
    id: 'lanes',
    kind: 'lanes',
    title: l10n.t('Lanes'),
    lines: [...lanes.filter((lane) => !isEmpty(lane)).map((lane) => laneLine(lane, nameOf)), ...emptyLine(lanes.filter(isEmpty))],
    note: '',
  };
}

/** The page's own word for a completion's lane, by which it is styled. */
function shownRole(role: LaneView['role']): 'chat' | 'ghost' {
  return role === 'completion' ? 'ghost' : role;
}

function isEmpty({ tokens, busy }: LaneView): boolean {
  return tokens === 0 && !busy;
}

function laneLine(lane: LaneView, nameOf: PageParts['labelOf']): LaneLine {
  const { label, description } = nameOf(lane);
  return {
    id: String(lane.id),
    kind: shownRole(lane.role),
    label,
    description: lane.busy ? `${description} · ${l10n.t('in use')}` : description,
    amount: l10n.t('{0} of {1} tokens', formatCount(lane.tokens), formatCount(lane.capacity)),
    fraction: lane.capacity > 0 ? lane.tokens / lane.capacity : 0,
  };
}

/** Empty lanes are all alike: one line for them. */
function emptyLine(lanes: readonly LaneView[]): readonly LaneLine[] {
  const [first] = lanes;
  if (first === undefined) return [];
  const label = lanes.length === 1 ? l10n.t('1 empty lane') : l10n.t('{0} empty lanes', formatCount(lanes.length));
  return [
    {
      id: '',
      kind: 'empty',
      label,
      description: '',
      amount: l10n.t('room for {0} tokens', formatCount(sum(lanes.map(({ capacity }) => capacity)))),
    },
  ];
}

function parkedSection(parked: readonly ParkedView[], nameOf: PageParts['labelOf']): SectionView {
  const own = parked.filter((each) => each.own);
  const others = parked.filter((each) => !each.own);
  const lines = own.map((each, index) => ({ id: String(index), kind: shownRole(each.role), ...nameOf(each), amount: parkedAmount(each) }));
  return { id: 'parked', kind: 'lanes', title: l10n.t('Parked lanes'), lines, note: parkedNote(own.length, others) };
}

function parkedAmount({ tokens, bytes: size, place }: ParkedView): string {
  const parts = [formatCount(tokens), formatBytes(size)] as const;
  return place === 'memory' ? l10n.t('{0} tokens, {1} in memory', ...parts) : l10n.t('{0} tokens, {1} on disk', ...parts);
}

function parkedNote(own: number, others: readonly ParkedView[]): string {
  if (others.length > 0) return l10n.t('Of other workspaces: {0}', parkedHeld(others.length, sum(others.map((each) => each.bytes))));
  return own === 0 ? l10n.t('Nothing is parked. Lanes are parked while nothing is asked for, and when the window closes.') : '';
}

function savingsSection(view: SessionView | undefined, { reusedTokens, savedSeconds }: DayRecord): SectionView {
  const cached = view && [
    { label: l10n.t('Tokens in lanes'), value: formatCount(sum(view.lanes.map(({ tokens }) => tokens))) },
    { label: l10n.t('Tokens parked'), value: formatCount(sum(view.parked.filter(({ own }) => own).map(({ tokens }) => tokens))) },
    ...reusedShare(view.totals),
  ];
  return {
    id: 'savings',
    kind: 'facts',
    title: l10n.t('Saved'),
    facts: [
      { label: l10n.t('Tokens reused today'), value: formatCount(reusedTokens) },
      { label: l10n.t('Reading time saved today'), value: formatDuration(savedSeconds) },
      ...(cached ?? []),
    ],
    note: '',
  };
}

function reusedShare({ promptTokens, reusedTokens }: SessionView['totals']): readonly FactView[] {
  if (promptTokens === 0) return [];
  return [{ label: l10n.t('Of all prompts since the start, reused'), value: formatShare(reusedTokens / promptTokens) }];
}

function memorySection({ memory }: SessionView, facts: ModelFacts): SectionView {
  const { residentBytes, anonymousBytes } = memory;
  const models = facts.completion?.kind === 'loaded' ? [facts, facts.completion.facts] : [facts];
  return {
    id: 'memory',
    kind: 'facts',
    title: l10n.t('Memory'),
    facts: [
      { label: l10n.t('The model’s process'), value: formatBytes(residentBytes) },
      ...(anonymousBytes === undefined ? [] : [{ label: l10n.t('Of that, not read from a file'), value: formatBytes(anonymousBytes) }]),
      { label: l10n.t('KV cache of all lanes'), value: formatBytes(sum(models.map(({ lanes, laneBytes }) => lanes * laneBytes))) },
      ...models.map(({ mapped, fileBytes }) => ({
        label: mapped ? l10n.t('Model file, shared') : l10n.t('Model file, in memory'),
        value: formatBytes(fileBytes),
      })),
    ],
    note: '',
  };
}

function modelSections(facts: ModelFacts): readonly SectionView[] {
  const section = modelSection(facts);
  if (facts.completion?.kind !== 'loaded') return [section];
  return [section, { ...modelSection(facts.completion.facts), id: 'model-completion', title: l10n.t('Model for ghost text') }];
}

function modelSection({ name, contextTokens, trainContextTokens, threads, decodeThreads, gpu }: ModelFacts): SectionView {
  return {
    id: 'model',
    kind: 'facts',
    title: l10n.t('Model'),
    facts: [
      { label: l10n.t('Name'), value: name },
      { label: l10n.t('Context of a lane'), value: l10n.t('{0} tokens', formatCount(contextTokens)) },
      { label: l10n.t('Trained with'), value: l10n.t('{0} tokens', formatCount(trainContextTokens)) },
      { label: l10n.t('Runs on'), value: gpu === false ? l10n.t('the CPU') : l10n.t('the GPU ({0})', gpu) },
      {
        label: l10n.t('Threads'),
        value:
          threads === decodeThreads
            ? formatCount(threads)
            : l10n.t('{0} to read, {1} to write', formatCount(threads), formatCount(decodeThreads)),
      },
    ],
    note: '',
  };
}

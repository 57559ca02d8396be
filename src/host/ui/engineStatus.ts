/** The engine as every view of Paddock's shows it, in the user's language. */
import path from 'node:path';
import { l10n } from 'vscode';
import type { EngineErrorData } from '../../contract/engineErrors';
import type { EngineView } from '../../contract/webview/chatMessages';
import type { EngineState, RemoteServer } from '../llm/languageModel';
import { describeProblem, labelOf } from './errorMessages';

export function engineView(state: EngineState): EngineView {
  switch (state.kind) {
    case 'stopped':
      return { kind: state.kind, label: state.why === 'idle' ? unloaded() : l10n.t('The model is not loaded') };
    case 'starting':
      return { kind: state.kind, label: l10n.t('Starting…') };
    case 'loading':
      return { kind: state.kind, label: l10n.t('Loading {0}…', path.basename(state.path)), fraction: state.fraction };
    case 'ready':
      return {
        kind: state.kind,
        label: state.responding ? l10n.t('{0} · ready', state.facts.name) : l10n.t('{0} · not responding', state.facts.name),
      };
    case 'remote':
      return { kind: 'ready', label: `${state.server.name || l10n.t('Server')} · ${placeOf(state.server)}` };
    case 'restarting':
      return { kind: state.kind, label: l10n.t('Restarting…') };
    case 'failed':
      return { kind: state.kind, label: l10n.t('Not running'), problem: bannerOf(state.error) };
  }
}

/** That the model is gone on purpose, and comes back by itself. */
export function unloaded(): string {
  return l10n.t('Model unloaded to free memory; it loads again when you ask');
}

/** Where a server is, so that it can be seen whether text leaves the machine. */
export function placeOf({ host, isThisMachine }: RemoteServer): string {
  return isThisMachine ? l10n.t('server on this machine, {0}', host) : l10n.t('sent to {0}', host);
}

/** The program that a server is, and what it refused of our requests, a line each; nothing of what is not known yet. */
export function serverLines({ dialect, learnt = [] }: RemoteServer): readonly string[] {
  return [
    ...(dialect === undefined ? [] : [l10n.t('Kind of server: {0}', dialect)]),
    ...(learnt.length === 0 ? [] : [l10n.t('No longer sent, as the server refused it: {0}', learnt.join(', '))]),
  ];
}

/** A banner is about the engine, not about a question: there is nothing to ask again, but the engine can always be started again. */
function bannerOf(error: EngineErrorData): NonNullable<EngineView['problem']> {
  const { message, actions } = describeProblem(error);
  const own = actions.filter((action) => action.id !== 'retry');
  const restart = { id: 'restartEngine', label: labelOf('restartEngine') };
  return { message, actions: own.some((action) => action.id === 'restartEngine') ? own : [...own, restart] };
}

import * as l10n from '@vscode/l10n';
import type { AnswerState, TurnView } from '../../../src/contract/webview/chatMessages';
import { formatMetrics, formatNumber } from '../../shared/format';
import { createActionButtons } from '../../shared/actionButtons';
import type { Context } from '../chatContext';
import { element, icon } from '../../shared/dom';
import { createProgressRing } from '../../shared/widgets';

/** The line below an answer: its progress, its cost, or its error. */
export class AnswerStatus {
  readonly element = element('div', { class: 'status' });
  private working: Working | undefined;

  constructor(private readonly context: Context) {}

  update(turn: TurnView): void {
    const { state } = turn;
    switch (state.kind) {
      case 'waiting':
        this.showWorking(l10n.t('Waiting for the model…'));
        return;
      case 'reading':
        this.showWorking(l10n.t('Reading your question… {0} of {1} tokens', formatNumber(state.done), formatNumber(state.total)), state);
        return;
      case 'streaming':
        this.showWorking(l10n.t('Answering…'));
        return;
      case 'done':
        this.showSettled([...createNotes(turn), ...createMetricsLine(listMetrics(turn))]);
        return;
      case 'stopped':
        this.showSettled([...createNotes(turn), ...createMetricsLine([l10n.t('Stopped.'), ...listMetrics(turn)])]);
        return;
      case 'failed':
        this.showSettled([...createNotes(turn), createFailure(turn, state, this.context)]);
        return;
    }
  }

  private showWorking(text: string, progress?: { readonly done: number; readonly total: number }): void {
    if (this.working === undefined) {
      this.working = new Working();
      this.element.replaceChildren(this.working.element);
    }
    this.working.update(text, progress);
  }

  private showSettled(children: readonly HTMLElement[]): void {
    this.working = undefined;
    this.element.replaceChildren(...children);
  }
}

/** The spinner with its text. Changed in place, as a spinner that is replaced at every step would never turn. */
class Working {
  private readonly text = element('span');
  private readonly progress = element('progress', { class: 'progress' });
  readonly element = element('div', { class: 'working' }, [createProgressRing(), this.text, this.progress]);

  update(text: string, progress: { readonly done: number; readonly total: number } | undefined): void {
    this.text.textContent = text;
    this.progress.hidden = progress === undefined;
    if (progress === undefined) return;
    this.progress.setAttribute('aria-label', text);
    this.progress.max = Math.max(1, progress.total);
    this.progress.value = progress.done;
  }
}

function listMetrics(turn: TurnView): readonly string[] {
  const line = turn.metrics === undefined ? '' : formatMetrics(turn.metrics);
  return line === '' ? [] : [line];
}

function createMetricsLine(parts: readonly string[]): readonly HTMLElement[] {
  return parts.length === 0 ? [] : [element('div', { class: 'metrics', text: parts.join(' ') })];
}

function createNotes(turn: TurnView): readonly HTMLElement[] {
  return turn.notes.map((note) => element('div', { class: 'note' }, [icon('info'), element('span', { text: note })]));
}

function createFailure(turn: TurnView, state: Extract<AnswerState, { kind: 'failed' }>, context: Context): HTMLElement {
  const message = element('div', { class: 'problem-message' }, [icon('error'), element('span', { text: state.message })]);
  const buttons = createActionButtons(state.actions, (id) => {
    context.post({ type: 'action', id, turnId: turn.id });
  });
  return element('div', { class: 'problem' }, [message, ...buttons]);
}

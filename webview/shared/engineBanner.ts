import type { EngineView } from '../../src/contract/webview/chatMessages';
import { actionButtons } from './actionButtons';
import { element, icon } from './dom';

const icons: Readonly<Record<EngineView['kind'], string>> = {
  stopped: 'circle-outline',
  starting: 'sync',
  loading: 'sync',
  ready: 'circle-filled',
  restarting: 'sync',
  failed: 'error',
};

/** One line: which model, and how it is. */
export class Footer {
  readonly element = element('div', { class: 'footer' });

  /** @param loadingProgress name of the progress bar while a model loads */
  constructor(private readonly loadingProgress: () => string) {}

  update(engine: EngineView): void {
    const label = element('span', { class: 'footer-label', text: engine.label, attributes: { title: engine.label } });
    this.element.dataset['kind'] = engine.kind;
    this.element.replaceChildren(icon(icons[engine.kind]), label, ...this.progress(engine));
  }

  private progress(engine: EngineView): readonly HTMLElement[] {
    if (engine.fraction === undefined) return [];
    const progress = element('progress', { class: 'progress', attributes: { 'aria-label': this.loadingProgress() } });
    progress.max = 1;
    progress.value = engine.fraction;
    return [progress];
  }
}

/** What the user should do before anything can be answered; empty when there is nothing. */
export class Banner {
  readonly element = element('div', { class: 'banner', attributes: { role: 'alert' } });
  private shown: EngineView['problem'];

  /** @param onAction told which of the problem's buttons was pressed */
  constructor(private readonly onAction: (id: string) => void) {
    this.element.hidden = true;
  }

  update(engine: EngineView): void {
    const { problem } = engine;
    if (problem === this.shown) return;
    this.shown = problem;
    this.element.hidden = problem === undefined;
    this.element.replaceChildren(...(problem === undefined ? [] : this.content(problem)));
  }

  private content(problem: NonNullable<EngineView['problem']>): readonly HTMLElement[] {
    const message = element('div', { class: 'problem-message' }, [icon('warning'), element('span', { text: problem.message })]);
    return [message, ...actionButtons(problem.actions, this.onAction)];
  }
}

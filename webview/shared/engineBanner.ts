import type { EngineView } from '../../src/contract/webview/chatMessages';
import { createActionButtons } from './actionButtons';
import { element, icon } from './dom';

const icons: Readonly<Record<EngineView['kind'], string>> = {
  stopped: 'circle-outline',
  starting: 'sync',
  loading: 'sync',
  ready: 'circle-filled',
  restarting: 'sync',
  failed: 'error',
};

/** The line at the bottom of a page: the model and its state. */
export class Footer {
  readonly element = element('div', { class: 'footer' });

  /** @param loadingProgress accessible name of the progress bar while a model loads */
  constructor(private readonly loadingProgress: () => string) {}

  update(engine: EngineView): void {
    const label = element('span', { class: 'footer-label', text: engine.label, attributes: { title: engine.label } });
    this.element.dataset['kind'] = engine.kind;
    this.element.replaceChildren(icon(icons[engine.kind]), label, ...this.createProgress(engine));
  }

  private createProgress(engine: EngineView): readonly HTMLElement[] {
    if (engine.fraction === undefined) return [];
    const progress = element('progress', { class: 'progress', attributes: { 'aria-label': this.loadingProgress() } });
    progress.max = 1;
    progress.value = engine.fraction;
    return [progress];
  }
}

/** Shows a problem that the user must solve before the model can answer, with buttons for it. Hidden if there is none. */
export class Banner {
  readonly element = element('div', { class: 'banner', attributes: { role: 'alert' } });
  private shown: EngineView['problem'];

  /** @param onAction called with the id of the button that was pressed */
  constructor(private readonly onAction: (id: string) => void) {
    this.element.hidden = true;
  }

  update(engine: EngineView): void {
    const { problem } = engine;
    if (problem === this.shown) return;
    this.shown = problem;
    this.element.hidden = problem === undefined;
    this.element.replaceChildren(...(problem === undefined ? [] : this.createContent(problem)));
  }

  private createContent(problem: NonNullable<EngineView['problem']>): readonly HTMLElement[] {
    const message = element('div', { class: 'problem-message' }, [icon('warning'), element('span', { text: problem.message })]);
    return [message, ...createActionButtons(problem.actions, this.onAction)];
  }
}

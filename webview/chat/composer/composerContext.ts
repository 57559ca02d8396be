import * as l10n from '@vscode/l10n';
import type { WebviewMessage } from '../../../src/contract/webview/chatMessages';
import { applyChoice, type Choice } from './mentionCompletion';
import { readDroppedUris, hasFiles } from './drop';
import type { LocalEvent, Model } from '../chatStore';
import type { Composer } from './composer';
import { CompletionList } from './mentionList';
import type { Context } from '../chatContext';
import { element } from '../../shared/dom';
import { DraftChips } from './draftChips';
import { Gauge } from './gaugeElement';

export interface ComposerContextEvents {
  readonly dispatch: (event: LocalEvent) => void;
  readonly post: (message: WebviewMessage) => void;
  /** Returns the current model: keys may be pressed faster than frames are painted. */
  readonly current: () => Model | undefined;
}

/** The parts around the input: attachment chips, the list of completions, the gauge of the context, and the hint for dropped files. */
export class ComposerContext {
  readonly gauge: HTMLElement;
  private readonly chips: DraftChips;
  private readonly list: CompletionList;
  private readonly bar: Gauge;
  private readonly dropHint = element('div', { class: 'drop-hint', text: l10n.t('Drop to attach') });

  constructor(
    context: Context,
    private readonly composer: Composer,
    private readonly events: ComposerContextEvents,
  ) {
    this.chips = new DraftChips(context, () => {
      composer.focus();
    });
    this.list = new CompletionList((choice) => {
      this.take(choice);
    });
    this.bar = new Gauge();
    this.gauge = this.bar.element;
    this.dropHint.hidden = true;
    composer.element.prepend(this.list.element, this.chips.element);
    composer.element.append(this.dropHint);
    composer.setCompletionList(this.list.list);
  }

  update(model: Model): void {
    this.chips.update(model.attachments);
    this.bar.update(model.gauge);
    this.list.update(model.completion);
    this.composer.activeOption = this.list.activeOption;
  }

  /** Handles a key in the input. Returns `false` if the key means nothing here. */
  onKey(event: KeyboardEvent): boolean {
    const model = this.events.current();
    if (model === undefined) return false;
    const { completion, attachments } = model;
    if (completion !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const active = completion.choices[completion.active];
      if (event.key === 'Escape') this.events.dispatch({ type: 'dismiss' });
      else if (event.key === 'ArrowDown' || event.key === 'ArrowUp')
        this.events.dispatch({ type: 'choose', by: event.key === 'ArrowDown' ? 1 : -1 });
      else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey && active !== undefined) this.take(active);
      else return false;
      return true;
    }
    const last = attachments.at(-1);
    if (event.key !== 'Backspace' || model.draft !== '' || event.repeat || last === undefined) return false;
    this.events.post({ type: 'detach', attachment: last.id });
    return true;
  }

  /** Attaches files that are dropped anywhere on `root`. */
  acceptDrops(root: HTMLElement): void {
    root.addEventListener('dragover', (event) => {
      if (event.dataTransfer === null || !hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = 'copy';
      this.dropHint.hidden = false;
    });
    root.addEventListener('dragleave', (event) => {
      if (event.relatedTarget === null) this.dropHint.hidden = true;
    });
    root.addEventListener('drop', (event) => {
      this.dropHint.hidden = true;
      if (event.dataTransfer === null || !hasFiles(event.dataTransfer)) return;
      // Otherwise the browser would open the file, or the input would insert its address.
      event.preventDefault();
      event.stopPropagation();
      const uris = readDroppedUris(event.dataTransfer);
      if (uris.length > 0) this.events.post({ type: 'drop', uris });
      this.composer.focus();
    });
  }

  private take(choice: Choice): void {
    const { events } = this;
    const model = events.current();
    if (model?.completion === undefined) return;
    const { kind } = model.completion;
    const { text, caret } = applyChoice(model.draft, model.completion, choice);
    this.composer.write(text, caret);
    events.dispatch({ type: 'draft', text });
    events.dispatch({ type: 'caret', at: caret });
    events.post({ type: 'draft', text });
    if (kind === 'context' && choice.insert === undefined) events.post({ type: 'attach', suggestion: choice.id });
  }
}

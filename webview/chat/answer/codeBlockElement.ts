import { hasHiddenCharacters, mayHaveHiddenCharacters, showHiddenCharacters } from '../../../src/util/text/hiddenCharacters';
import { codeTools } from './codeTools';
import { ColouredCode } from './colouredCode';
import type { Context } from '../chatContext';
import { element, icon } from '../../shared/dom';
import { createIconButton, showConfirmation } from '../../shared/widgets';

/** A block of code with its language and what can be done with it. Changes in place, so that a button keeps the focus while code streams. */
export class CodeBlock {
  readonly element: HTMLElement;
  private readonly language = element('span', { class: 'code-language' });
  private readonly inside = new ColouredCode();
  private readonly scroller: HTMLElement;
  private readonly note: HTMLElement;
  private code = '';
  /** Letters of the code that are known to have no hidden character among them. */
  private searched = 0;

  /** @param isUsable the code may be put into files: the model answers it, and did not only think it */
  constructor(
    private readonly context: Context,
    isUsable: boolean,
  ) {
    const copy = createIconButton('copy', context.strings().copyCode, () => {
      this.copy(copy);
    });
    this.note = element('span', { class: 'code-note', attributes: { role: 'note' } }, [
      icon('warning'),
      element('span', { text: context.strings().hiddenCharacters }),
    ]);
    this.note.hidden = true;
    const header = element('div', { class: 'code-header' }, [this.language, ...(isUsable ? [codeTools(context)] : []), copy, this.note]);
    // Focusable, so that long lines can be scrolled to with the keyboard.
    this.scroller = element('pre', { attributes: { tabindex: '0', dir: 'ltr' } }, [this.inside.element]);
    this.element = element('div', { class: 'code-block' }, [header, this.scroller]);
  }

  /** Shows `code`; `open` while more of it is to come. */
  update(code: string, language: string, open: boolean): void {
    const shown = this.visible(code);
    this.code = code;
    if (this.language.textContent !== language) this.language.textContent = language;
    this.inside.update(shown, language, open);
  }

  /** `code` with marks for what is not seen in it. Of code that grows, only the new letters are looked at until there is such a one. */
  private visible(code: string): string {
    if (!code.startsWith(this.code)) this.searched = 0;
    const mayHide = mayHaveHiddenCharacters(code.slice(this.searched));
    if (!mayHide) this.searched = code.length;
    this.note.hidden = !mayHide || !hasHiddenCharacters(code, 'code');
    return this.note.hidden ? code : showHiddenCharacters(code, 'code');
  }

  private copy(button: HTMLElement): void {
    const { strings, post } = this.context;
    post({ type: 'copy', text: this.code });
    showConfirmation(button, 'copy', strings().copyCode, strings().copied);
  }
}

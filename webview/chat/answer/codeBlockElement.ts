import * as l10n from '@vscode/l10n';
import { hasHiddenCharacters, mayHaveHiddenCharacters, showHiddenCharacters } from '../../../src/util/text/hiddenCharacters';
import { createCodeTools } from './codeTools';
import { ColouredCode } from './colouredCode';
import type { Context } from '../chatContext';
import { element, icon } from '../../shared/dom';
import { createIconButton, showConfirmation } from '../../shared/widgets';

/** A code block with its language and its buttons. Changes in place, so that a button keeps the focus while code streams. */
export class CodeBlock {
  readonly element: HTMLElement;
  private readonly language = element('span', { class: 'code-language' });
  private readonly inside = new ColouredCode();
  private readonly scroller: HTMLElement;
  private readonly note: HTMLElement;
  private code = '';
  /** The code up to this offset has no hidden characters. */
  private searched = 0;

  /** @param isUsable whether the code may be put into files. Code inside a thought may not. */
  constructor(
    private readonly context: Context,
    isUsable: boolean,
  ) {
    const copy = createIconButton('copy', l10n.t('Copy code'), () => {
      this.copy(copy);
    });
    this.note = element('span', { class: 'code-note', attributes: { role: 'note' } }, [
      icon('warning'),
      element('span', { text: l10n.t('This code has hidden characters. They are shown as [U+…].') }),
    ]);
    this.note.hidden = true;
    const header = element('div', { class: 'code-header' }, [this.language, ...(isUsable ? [createCodeTools()] : []), copy, this.note]);
    // Focusable, so that long lines can be scrolled with the keyboard.
    this.scroller = element('pre', { attributes: { tabindex: '0', dir: 'ltr' } }, [this.inside.element]);
    this.element = element('div', { class: 'code-block' }, [header, this.scroller]);
  }

  /** @param open more of the code is to come */
  update(code: string, language: string, open: boolean): void {
    const shown = this.markHidden(code);
    this.code = code;
    if (this.language.textContent !== language) this.language.textContent = language;
    this.inside.update(shown, language, open);
  }

  /** Returns `code` with marks for its hidden characters. While there are none, only the new letters of code that grows are searched. */
  private markHidden(code: string): string {
    if (!code.startsWith(this.code)) this.searched = 0;
    const mayHide = mayHaveHiddenCharacters(code.slice(this.searched));
    if (!mayHide) this.searched = code.length;
    this.note.hidden = !mayHide || !hasHiddenCharacters(code, 'code');
    return this.note.hidden ? code : showHiddenCharacters(code, 'code');
  }

  private copy(button: HTMLElement): void {
    this.context.post({ type: 'copy', text: this.code });
    showConfirmation(button, 'copy', l10n.t('Copy code'), l10n.t('Copied'));
  }
}

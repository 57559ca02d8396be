import { codeTools } from './codeTools';
import { ColouredCode } from './colouredCode';
import type { Context } from './context';
import { confirmed, element, iconButton } from './dom';

/** A block of code with its language and what can be done with it. Changes in place, so that a button keeps the focus while code streams. */
export class CodeBlock {
  readonly element: HTMLElement;
  private readonly language = element('span', { class: 'code-language' });
  private readonly inside = new ColouredCode();
  private readonly scroller: HTMLElement;
  private code = '';

  constructor(private readonly context: Context) {
    const copy = iconButton('copy', context.strings().copyCode, () => {
      this.copy(copy);
    });
    const header = element('div', { class: 'code-header' }, [this.language, codeTools(context), copy]);
    // Focusable, so that long lines can be scrolled to with the keyboard.
    this.scroller = element('pre', { attributes: { tabindex: '0', dir: 'ltr' } }, [this.inside.element]);
    this.element = element('div', { class: 'code-block' }, [header, this.scroller]);
  }

  /** Shows `code`; `open` while more of it is to come. */
  update(code: string, language: string, open: boolean): void {
    this.code = code;
    if (this.language.textContent !== language) this.language.textContent = language;
    this.inside.update(code, language, open);
  }

  private copy(button: HTMLElement): void {
    const { strings, post } = this.context;
    post({ type: 'copy', text: this.code });
    confirmed(button, 'copy', strings().copyCode, strings().copied);
  }
}

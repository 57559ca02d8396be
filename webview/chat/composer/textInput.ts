/** What every text area here needs beside what the toolkit's does. */

/** As much of the toolkit's text area as is used here. */
export interface TextArea extends HTMLElement {
  value: string;
}

/** How soon after an input method's composition an Enter is still its own, in milliseconds: nobody types that fast. */
const COMPOSITION_MILLISECONDS = 50;

/** Whether a key pressed in `input` belongs to an input method, as the Enter does that ends a composition. Safari reports that one after the end. */
export function compositionKeys(input: HTMLElement): (event: KeyboardEvent) => boolean {
  let composedAt = Number.NEGATIVE_INFINITY;
  input.addEventListener('compositionend', (event) => {
    composedAt = event.timeStamp;
  });
  return (event) => event.isComposing || event.timeStamp - composedAt < COMPOSITION_MILLISECONDS;
}

/** The toolkit hands a value on to its inner control a frame late, and would overwrite what was typed in between. */
export function writeValue(input: TextArea, text: string): void {
  const control = input.shadowRoot?.querySelector('textarea');
  if (control) control.value = text;
  input.value = text;
}

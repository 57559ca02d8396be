import { vi } from 'vitest';
import type { ViewState } from '../../../src/contract/webview/chatMessages';
import { startView } from '../../../webview/chat/startChat';
import { FakeTransport, state } from './viewSamples';

/** As much of the toolkit's text fields as is used. */
export interface Input extends HTMLElement {
  value: string;
}

class SilentResizeObserver {
  observe(): void {
    // Nothing is laid out in jsdom.
  }
}

/** Stands in for what jsdom lacks, as it lays nothing out. */
export function stubLayout(): void {
  vi.stubGlobal('ResizeObserver', SilentResizeObserver);
  HTMLElement.prototype.scrollIntoView = () => undefined;
}

/** The whole chat view in the document, on a line to a test, painted when the test says so. */
export class ViewPage {
  readonly transport = new FakeTransport();
  /** Frames painted so far. */
  frames = 0;
  private readonly paints: (() => void)[] = [];

  /** @param changes to the state that the host sends first; without any it sends none */
  constructor(
    changes?: Partial<ViewState>,
    readonly root = document.createElement('main'),
  ) {
    document.body.replaceChildren(this.root);
    startView(this.root, this.transport, (paint) => this.paints.push(paint));
    if (changes !== undefined) this.show(changes);
  }

  show(changes: Partial<ViewState>): void {
    this.transport.send({ type: 'state', state: state(changes) });
    this.frame();
  }

  frame(): void {
    const paints = this.paints.splice(0);
    this.frames += paints.length;
    for (const paint of paints) paint();
  }

  all(selector: string): readonly HTMLElement[] {
    return Array.from(this.root.querySelectorAll<HTMLElement>(selector));
  }

  find(selector: string): HTMLElement {
    const [found] = this.all(selector);
    if (found === undefined) throw new Error(`no ${selector}`);
    return found;
  }

  get input(): Input {
    return this.find('vscode-text-area') as Input;
  }

  type(text: string): void {
    this.input.value = text;
    this.input.dispatchEvent(new Event('input'));
  }

  key(key: string, init: KeyboardEventInit = {}): KeyboardEvent {
    const event = new KeyboardEvent('keydown', { bubbles: true, cancelable: true, key, ...init });
    this.input.dispatchEvent(event);
    return event;
  }
}

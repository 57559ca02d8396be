// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { TurnView } from '../../../../../src/contract/webview/chatMessages';
import { stubLayout, ViewPage, type Input } from '../../chatPageFixture';
import { turn } from '../../viewSamples';

class Page extends ViewPage {
  constructor(...turns: readonly TurnView[]) {
    super({ turns });
  }

  showTurns(...turns: readonly TurnView[]): void {
    this.show({ turns });
  }

  press(label: string): void {
    this.find(`vscode-button[aria-label="${label}"]`).click();
    this.frame();
  }

  /** The open question's field. */
  override get input(): Input {
    return this.find('.question-editor vscode-text-area') as Input;
  }

  override type(text: string): void {
    super.type(text);
    this.frame();
  }

  override key(key: string): KeyboardEvent {
    const event = super.key(key);
    this.frame();
    return event;
  }
}

beforeEach(stubLayout);

const code = turn('a', { answer: 'Do:\n\n```ts\nconst a = 1;\n```\n\n- or\n  ```ts\n  const b = 2;\n  ```\n' });

describe('under an answer', () => {
  it('are buttons that copy it and ask for another', () => {
    const page = new Page(turn('a', { answer: 'Yes.' }));
    page.press('Copy as Markdown');
    page.press('Answer again');
    expect(page.transport.of('copyAnswer')).toEqual([{ type: 'copyAnswer', turnId: 'a' }]);
    expect(page.transport.of('askAgain')).toEqual([{ type: 'askAgain', turnId: 'a' }]);
    expect(page.find('[data-tool="copy"]').getAttribute('aria-label')).toBe('Copied');
  });

  it('is nothing to press while it is being written', () => {
    const page = new Page(turn('a', { answer: 'Y', state: { kind: 'streaming' } }));
    expect(page.find('.answer > .turn-tools').hidden).toBe(true);
    expect(page.find('[data-answering] .at-rest')).toBeTruthy();
  });
});

describe('a question', () => {
  it('is edited in its place and asked again with Enter', () => {
    const page = new Page(turn('a', { question: 'Why?' }));
    page.press('Edit and ask again');
    expect(page.input.value).toBe('Why?');
    page.type('Why not?');
    page.key('Enter');
    expect(page.transport.of('askAgain')).toEqual([{ type: 'askAgain', turnId: 'a', text: 'Why not?' }]);
    expect(page.transport.of('edit')).toEqual([
      { type: 'edit', turnId: 'a', text: 'Why?' },
      { type: 'edit', turnId: 'a', text: 'Why not?' },
      { type: 'edit', turnId: 'a' },
    ]);
    expect(page.root.querySelector('.question-editor')).toBeNull();
  });

  it('of a command is edited in the words the model got', () => {
    const page = new Page(turn('a', { question: 'Explain', words: 'Explain the selected code.' }));
    page.press('Edit and ask again');
    expect(page.input.value).toBe('Explain the selected code.');
  });

  it('stays as it was with Escape, which then stops no answer', () => {
    const page = new Page(turn('a'), turn('b', { state: { kind: 'streaming' } }));
    page.transport.send({ type: 'turn', turn: turn('a', { edit: 'kept by the host' }) });
    page.press('Edit and ask again');
    page.type('x');
    page.key('Escape');
    expect(page.root.querySelector('.question-editor')).toBeNull();
    expect(page.find('.question').hidden).toBe(false);
    expect(page.transport.of('stop')).toEqual([]);
  });

  it('waits with its new words until the answer under way has ended', () => {
    const page = new Page(turn('a', { edit: 'New' }), turn('b', { state: { kind: 'streaming' } }));
    expect(page.input.value).toBe('New');
    page.key('Enter');
    expect(page.transport.of('askAgain')).toEqual([]);
    expect(page.input.value).toBe('New');
  });

  it('is not asked with nothing in it', () => {
    const page = new Page(turn('a', { edit: ' ' }));
    page.key('Enter');
    expect(page.transport.of('askAgain')).toEqual([]);
  });

  it('keeps what is typed there, whatever the host sends meanwhile', () => {
    const page = new Page(turn('a'));
    page.press('Edit and ask again');
    page.type('typed');
    page.showTurns(turn('a', { edit: 'typ' }), turn('b'));
    expect(page.input.value).toBe('typed');
    page.transport.send({ type: 'turn', turn: turn('a', { answer: 'x' }) });
    page.frame();
    expect(page.input.value).toBe('typed');
  });
});

describe('versions of a question', () => {
  const version = (id: string, position: number): TurnView => turn(id, { branch: { position, count: 3 } });

  /** The toolkit's buttons can have the focus; without it, elements of an unknown name cannot. */
  function focus(page: Page, tool: string): HTMLElement {
    const button = page.find(`[data-tool="${tool}"]`);
    button.tabIndex = 0;
    button.focus();
    expect(document.activeElement).toBe(button);
    return button;
  }

  it('are gone through by button', () => {
    const page = new Page(turn('x'), version('a', 2), turn('b'));
    expect(page.find('.branch-position').textContent).toBe('2/3');
    page.press('Show the version after');
    page.press('Show the version before');
    expect(page.transport.of('sibling')).toEqual([
      { type: 'sibling', turnId: 'a', places: 1 },
      { type: 'sibling', turnId: 'a', places: -1 },
    ]);
    page.showTurns(turn('x'), version('a2', 3));
    expect(page.find('[data-tool="next"]').hasAttribute('disabled')).toBe(true);
    expect(page.find('[data-tool="previous"]').hasAttribute('disabled')).toBe(false);
    expect(Array.from(page.root.querySelectorAll('.question-text'), ({ textContent }) => textContent)).toEqual([
      'question x',
      'question a2',
    ]);
  });

  it('leave the focus where it is of use: on the same button of the other, or in the input', () => {
    const page = new Page(version('a', 1));
    focus(page, 'next');
    const focused: (string | undefined)[] = [];
    vi.spyOn(HTMLElement.prototype, 'focus').mockImplementation(function (this: HTMLElement) {
      focused.push(this.dataset['tool'] ?? this.tagName.toLowerCase());
    });
    page.showTurns(version('a2', 2));
    page.showTurns(version('a2', 2), turn('b'));
    vi.restoreAllMocks();
    expect(focused).toEqual(['next', 'previous', 'vscode-text-area']);
  });

  it('have no buttons where there is one', () => {
    const page = new Page(turn('a'));
    expect(page.root.querySelector('[data-tool="next"]')).toBeNull();
  });
});

describe('a code block', () => {
  it.each([
    ['Apply to file…', 'apply'],
    ['Insert at cursor', 'insert'],
    ['Open as new file', 'newFile'],
  ] as const)('tells the host which one it is: %s', (label, action) => {
    const page = new Page(code);
    const buttons = page.root.querySelectorAll<HTMLElement>(`vscode-button[aria-label="${label}"]`);
    for (const button of buttons) button.click();
    expect(page.transport.of('code')).toEqual([
      { type: 'code', action, turnId: 'a', block: 0 },
      { type: 'code', action, turnId: 'a', block: 1 },
    ]);
  });
});

// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { DraftAttachmentView, SuggestionView } from '../../../../../src/contract/webview/chatMessages';
import { stubLayout, ViewPage } from '../../chatPageFixture';
import { turn } from '../../viewSamples';

class Page extends ViewPage {
  /** The list's lines, the active one with a star; `undefined` where it is closed. */
  get list(): readonly string[] | undefined {
    if (this.find('.completion').hidden) return undefined;
    return this.all('[role="option"]').map((option) => {
      const star = option.getAttribute('aria-selected') === 'true' ? '*' : '';
      return `${star}${option.querySelector('.completion-label')?.textContent ?? ''}`;
    });
  }

  override type(text: string): void {
    super.type(text);
    this.frame();
  }

  override key(key: string, init: KeyboardEventInit = {}): KeyboardEvent {
    const event = super.key(key, init);
    this.frame();
    return event;
  }

  suggest(...items: readonly SuggestionView[]): void {
    this.transport.send({ type: 'suggestions', request: this.transport.of('suggest').at(-1)?.request ?? 0, items });
    this.frame();
  }

  attach(...attachments: readonly DraftAttachmentView[]): void {
    this.transport.send({ type: 'attachments', attachments });
    this.frame();
  }
}

const file: SuggestionView = { id: 'file a', kind: 'file', label: 'a.ts', detail: 'src' };
const search: SuggestionView = { id: '#file', kind: 'file', label: '#file', detail: '', insert: 'file:' };
const chip = (id: string, more: Partial<DraftAttachmentView> = {}): DraftAttachmentView => ({
  id,
  kind: 'file',
  label: `${id}.ts`,
  opens: true,
  ...more,
});

beforeEach(stubLayout);

describe('typing #', () => {
  it('asks the host at each key, and shows what it found', () => {
    const page = new Page({});
    page.type('Why #f');
    expect(page.list).toBeUndefined();
    page.suggest(search, file);
    expect(page.list).toEqual(['*#file', 'a.ts']);
    page.type('Why #fi');
    expect(page.transport.of('suggest').map(({ query }) => query)).toEqual(['f', 'fi']);
  });

  it('takes a line by the keyboard, and attaches it', () => {
    const page = new Page({});
    page.type('Why #f');
    page.suggest(search, file);
    page.key('ArrowDown');
    expect(page.list).toEqual(['#file', '*a.ts']);
    expect(page.key('Enter').defaultPrevented).toBe(true);
    expect(page.input.value).toBe('Why ');
    expect(page.transport.of('attach')).toEqual([{ type: 'attach', suggestion: 'file a' }]);
    expect(page.transport.of('draft').at(-1)).toEqual({ type: 'draft', text: 'Why ' });
    expect(page.transport.of('send')).toEqual([]);
    expect(page.list).toBeUndefined();
  });

  it('goes on searching behind a kind, by Tab', () => {
    const page = new Page({});
    page.type('#');
    page.suggest(search);
    page.key('Tab');
    expect(page.input.value).toBe('#file:');
    expect(page.transport.of('suggest').at(-1)?.query).toBe('file:');
    expect(page.transport.of('attach')).toEqual([]);
  });

  it('takes a line by the mouse', () => {
    const page = new Page({});
    page.type('#a');
    page.suggest(file);
    const press = new MouseEvent('mousedown', { bubbles: true, cancelable: true });
    page.find('[role="option"]').dispatchEvent(press);
    expect(press.defaultPrevented).toBe(true);
    page.find('[role="option"]').click();
    expect(page.transport.of('attach')).toEqual([{ type: 'attach', suggestion: 'file a' }]);
  });

  it('closes with Escape, which stops no answer then, and stays closed while the word goes on', () => {
    const page = new Page({ turns: [turn('t', { state: { kind: 'streaming' } })] });
    page.type('#a');
    page.suggest(file);
    page.key('Escape');
    expect(page.list).toBeUndefined();
    expect(page.transport.of('stop')).toEqual([]);
    page.type('#ab');
    expect(page.transport.of('suggest')).toHaveLength(1);
    page.type('#ab #');
    expect(page.transport.of('suggest')).toHaveLength(2);
    page.key('Escape');
    page.key('Escape');
    expect(page.transport.of('stop')).toHaveLength(1);
  });

  it('closes when the focus goes, and says where nothing is found', () => {
    const page = new Page({});
    page.type('#zzz');
    page.suggest();
    expect(page.list).toEqual([]);
    expect(page.find('.completion-status').textContent).toBe('Nothing found');
    page.input.dispatchEvent(new FocusEvent('focusout'));
    page.frame();
    expect(page.list).toBeUndefined();
  });

  it('sends with Enter where nothing is offered', () => {
    const page = new Page({});
    page.type('What is #zzz');
    page.suggest();
    page.key('Enter');
    expect(page.transport.of('send')).toEqual([{ type: 'send', text: 'What is #zzz' }]);
  });
});

describe('typing /', () => {
  it('offers the commands at the beginning, and writes the one taken', () => {
    const page = new Page({
      commands: [
        { name: 'explain', description: 'Explains' },
        { name: 'fix', description: 'Mends' },
      ],
    });
    page.type('/');
    expect(page.list).toEqual(['*/explain', '/fix']);
    page.type('/f');
    page.key('Enter');
    expect(page.input.value).toBe('/fix ');
    expect(page.transport.of('suggest')).toEqual([]);
  });
});

describe('chips', () => {
  it('show what is attached, its tokens, and what is wrong with it', () => {
    const page = new Page({ attachments: [chip('a')] });
    expect(page.find('.draft-attachments li').textContent).toBe('a.ts');
    page.attach(chip('a', { tokens: 1234 }), chip('b', { problem: 'b.ts is gone.' }));
    expect(page.all('.draft-attachments li').map(({ textContent }) => textContent)).toEqual(['a.ts1,234 tokens', 'b.ts']);
    expect(page.find('[role="status"].attachment-problems').textContent).toBe('b.ts is gone.');
  });

  it('say of an estimate that it is one, and of a count that follows that it is none', () => {
    const page = new Page({ attachments: [chip('a', { tokens: 1234, isEstimate: true })] });
    expect(page.find('.attachment-tokens').textContent).toBe('about 1,234 tokens');
    page.attach(chip('a', { tokens: 1200 }));
    expect(page.find('.attachment-tokens').textContent).toBe('1,200 tokens');
  });

  it('go by their button, and by Backspace in an empty input the last of them', () => {
    const page = new Page({ attachments: [chip('a'), chip('b')] });
    page.find('.attachment-remove').click();
    page.key('Backspace');
    page.type('x');
    page.key('Backspace');
    expect(page.transport.of('detach')).toEqual([
      { type: 'detach', attachment: 'a' },
      { type: 'detach', attachment: 'b' },
    ]);
  });

  it('pass the focus on when they go', () => {
    const page = new Page({ attachments: [chip('a'), chip('b')] });
    page.all('.attachment-remove')[0]?.focus();
    page.attach(chip('b'));
    expect(document.activeElement).toBe(page.find('.attachment-remove'));
  });

  it('do not take the keyboard from VS Code when they go', () => {
    const page = new Page({ attachments: [chip('a'), chip('b')] });
    page.all('.attachment-remove')[0]?.focus();
    const hasFocus = vi.spyOn(document, 'hasFocus').mockReturnValue(false);
    page.attach(chip('b'));
    expect(document.activeElement).toBe(document.body);
    hasFocus.mockRestore();
  });

  it('open what they are, also those of questions that were sent', () => {
    const attachments = [
      { kind: 'changes', label: 'Changes', opens: false } as const,
      { kind: 'file', label: 'a.ts', opens: true } as const,
    ];
    const page = new Page({ attachments: [chip('x')], turns: [turn('t', { attachments })] });
    page.find('.draft-attachments button.attachment-label').click();
    page.find('.question button.attachment-label').click();
    expect(page.transport.of('openAttachment')).toEqual([{ type: 'openAttachment', attachment: 'x' }]);
    expect(page.transport.of('openSource')).toEqual([{ type: 'openSource', turnId: 't', index: 1 }]);
  });

  it('show names as text', () => {
    const page = new Page({ attachments: [chip('a', { label: '<img src=x onerror=alert(1)>', problem: '<b>x</b>' })] });
    expect(page.root.querySelector('img, b')).toBeNull();
  });
});

describe('the gauge', () => {
  it('says how full the context is, and what will be left out', () => {
    const page = new Page({});
    expect(page.find('.gauge').hidden).toBe(true);
    const gauge = { usedTokens: 1234, contextTokens: 4096, isEstimate: false, warnings: ['The oldest goes.'] };
    page.transport.send({ type: 'gauge', gauge });
    page.frame();
    const meter = page.find('meter') as HTMLMeterElement;
    expect([meter.value, meter.max]).toEqual([1234, 4096]);
    expect(meter.getAttribute('aria-label')).toBe('Context used');
    expect(page.find('.gauge-line span').textContent).toBe('1,234 of 4,096 tokens');
    expect(page.find('.gauge-warnings').textContent).toBe('The oldest goes.');
    page.transport.send({ type: 'gauge' });
    page.frame();
    expect(page.find('.gauge').hidden).toBe(true);
  });

  it('says of an estimate that it is one, to the eye and to a screen reader', () => {
    const page = new Page({});
    page.transport.send({ type: 'gauge', gauge: { usedTokens: 1234, contextTokens: 4096, isEstimate: true, warnings: [] } });
    page.frame();
    expect(page.find('.gauge-line span').textContent).toBe('about 1,234 of 4,096 tokens');
    expect(page.find('meter').getAttribute('aria-valuetext')).toBe('about 1,234 of 4,096 tokens');
  });
});

describe('files that are dropped', () => {
  it('are attached, and words are not', () => {
    const page = new Page({});
    const drop = (types: Readonly<Record<string, string>>): Event => {
      const event = new Event('drop', { bubbles: true, cancelable: true });
      Object.assign(event, { dataTransfer: { types: Object.keys(types), getData: (type: string) => types[type] ?? '' } });
      page.input.dispatchEvent(event);
      return event;
    };
    expect(drop({ 'text/uri-list': 'file:///project/a.ts' }).defaultPrevented).toBe(true);
    expect(drop({ 'text/plain': 'words' }).defaultPrevented).toBe(false);
    expect(page.transport.of('drop')).toEqual([{ type: 'drop', uris: ['file:///project/a.ts'] }]);
  });
});

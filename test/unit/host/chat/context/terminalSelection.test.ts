import { describe, expect, it, vi } from 'vitest';
import { terminalSelection } from '../../../../../src/host/chat/context/terminalSelection';

const terminal = vi.hoisted(() => ({ clipboard: 'before', selected: '' }));

vi.mock('vscode', () => ({
  commands: {
    executeCommand: () => {
      if (terminal.selected !== '') terminal.clipboard = terminal.selected;
      return Promise.resolve();
    },
  },
  env: {
    clipboard: {
      readText: () => Promise.resolve(terminal.clipboard),
      writeText: (text: string) => {
        terminal.clipboard = text;
        return Promise.resolve();
      },
    },
  },
}));

describe('the selection of the terminal', () => {
  it('is what the command copies, and the clipboard is as before', async () => {
    terminal.selected = '$ npm test';
    expect(await terminalSelection()).toBe('$ npm test');
    expect(terminal.clipboard).toBe('before');
  });

  it('is empty where nothing is selected', async () => {
    terminal.selected = '';
    expect(await terminalSelection()).toBe('');
    expect(terminal.clipboard).toBe('before');
  });

  it('that is too long is its end, from a whole character on', async () => {
    terminal.selected = `🙂${'x'.repeat(99_999)}`;
    expect(await terminalSelection()).toBe('x'.repeat(99_999));
    terminal.selected = `🙂${'x'.repeat(99_998)}`;
    expect(await terminalSelection()).toBe(terminal.selected);
  });
});

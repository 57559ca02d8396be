import { beforeEach, describe, expect, it } from 'vitest';
import { answerCommand } from '../../../../fixtures/vscode/fakeCommands';
import { clipboard } from '../../../../fixtures/vscode/fakeEnvironment';
import { terminalSelection } from '../../../../../src/host/chat/context/terminalSelection';

/** The terminal's selection, which VS Code's command copies. */
function select(text: string): void {
  answerCommand('workbench.action.terminal.copySelection', () => {
    if (text !== '') clipboard.text = text;
  });
}

beforeEach(() => {
  clipboard.text = 'before';
});

describe('terminalSelection', () => {
  it('returns the selected text and restores the clipboard', async () => {
    select('$ npm test');
    expect(await terminalSelection()).toBe('$ npm test');
    expect(clipboard.text).toBe('before');
  });

  it('returns empty text when nothing is selected', async () => {
    select('');
    expect(await terminalSelection()).toBe('');
    expect(clipboard.text).toBe('before');
  });

  it('cuts the beginning of a long selection at a whole character', async () => {
    select(`🙂${'x'.repeat(99_999)}`);
    expect(await terminalSelection()).toBe('x'.repeat(99_999));
    const selected = `🙂${'x'.repeat(99_998)}`;
    select(selected);
    expect(await terminalSelection()).toBe(selected);
  });
});

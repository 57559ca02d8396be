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

describe('the selection of the terminal', () => {
  it('is what the command copies, and the clipboard is as before', async () => {
    select('$ npm test');
    expect(await terminalSelection()).toBe('$ npm test');
    expect(clipboard.text).toBe('before');
  });

  it('is empty where nothing is selected', async () => {
    select('');
    expect(await terminalSelection()).toBe('');
    expect(clipboard.text).toBe('before');
  });

  it('that is too long is its end, from a whole character on', async () => {
    select(`🙂${'x'.repeat(99_999)}`);
    expect(await terminalSelection()).toBe('x'.repeat(99_999));
    const selected = `🙂${'x'.repeat(99_998)}`;
    select(selected);
    expect(await terminalSelection()).toBe(selected);
  });
});

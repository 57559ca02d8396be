import { commands, env } from 'vscode';
import { sliceFromEnd } from '../../../util/text/wholeCharacters';

/** Most characters that are kept of a terminal's selection. */
const mostCharacters = 100_000;

/**
 * What is selected in the active terminal; empty for nothing. VS Code has no API for it, only a command that copies it: what was on the
 * clipboard is put back.
 */
export async function terminalSelection(): Promise<string> {
  const kept = await env.clipboard.readText();
  // Nothing selected leaves the clipboard as it is: a mark tells that from a selection of what was there before.
  const mark = `paddock ${String(Math.random())}`;
  try {
    await env.clipboard.writeText(mark);
    await commands.executeCommand('workbench.action.terminal.copySelection');
    const copied = await env.clipboard.readText();
    return copied === mark ? '' : sliceFromEnd(copied, mostCharacters);
  } finally {
    await env.clipboard.writeText(kept);
  }
}

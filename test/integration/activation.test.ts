import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { commandIds } from '../../src/host/services/commandIds';
import { paddock } from './paddock';

describe('activation', () => {
  it('registers every command it contributes', async () => {
    await paddock();
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      Object.values(commandIds).filter((id) => !registered.has(id)),
      [],
    );
  });

  it('starts no worker before it is used', async () => {
    const { engine } = await paddock();
    assert.equal(engine.state.kind, 'stopped');
    assert.equal(engine.workerPid, undefined);
  });

  it('contributes the chat view', async () => {
    await vscode.commands.executeCommand('paddock.chat.focus');
  });
});

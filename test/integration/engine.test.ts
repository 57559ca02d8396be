import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { engineState, eventually, paddock } from './paddock';

const section = (): vscode.WorkspaceConfiguration => vscode.workspace.getConfiguration('paddock');

describe('engine', () => {
  after(async () => {
    await section().update('model.path', undefined, vscode.ConfigurationTarget.Global);
  });

  it('loads the embedded model', async () => {
    await vscode.commands.executeCommand('paddock.restartEngine');
    const { facts } = await engineState('ready');
    assert.match(facts.path, /SmolLM2-135M-Instruct/);
    assert.equal(facts.contextTokens, 4096);
    assert.ok(facts.lanes >= 2);
  });

  it('runs another worker when the first was killed', async () => {
    const { engine } = await paddock();
    await engineState('ready');
    const first = engine.workerPid;
    assert.ok(first !== undefined);
    const seen: string[] = [];
    const subscription = engine.onDidChangeState((state) => seen.push(state.kind));
    process.kill(first, 'SIGKILL');
    await eventually('the restart', () => (seen.includes('restarting') ? true : undefined));
    await engineState('ready');
    subscription.dispose();
    assert.notEqual(engine.workerPid, first);
  });

  it('says which model file is missing, and goes on when it is set right', async () => {
    await section().update('model.path', '/nowhere/llama-2-7b-chat.gguf', vscode.ConfigurationTarget.Global);
    const { error } = await engineState('failed');
    assert.deepEqual(error, { kind: 'modelNotFound', path: '/nowhere/llama-2-7b-chat.gguf' });
    await vscode.commands.executeCommand('paddock.useEmbeddedModel');
    await engineState('ready');
  });

  it('takes up a changed context size', async () => {
    await section().update('model.contextTokens', 1024, vscode.ConfigurationTarget.Global);
    await eventually('the smaller context', async () => {
      const { facts } = await engineState('ready');
      return facts.contextTokens === 1024 ? true : undefined;
    });
    await section().update('model.contextTokens', undefined, vscode.ConfigurationTarget.Global);
    await eventually('the usual context', async () => {
      const { facts } = await engineState('ready');
      return facts.contextTokens === 4096 ? true : undefined;
    });
  });
});

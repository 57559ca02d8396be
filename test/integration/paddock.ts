import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { PaddockApi } from '../../src/extension';
import type { EngineState } from '../../src/host/llm/languageModel';

/** The running extension's exports; activates it if need be. */
export async function paddock(): Promise<PaddockApi> {
  const extension = vscode.extensions.getExtension<PaddockApi>('paddock.paddock');
  assert.ok(extension, 'the extension is installed');
  return extension.activate();
}

/** Waits until the engine is in a state of this kind. */
export async function engineState<K extends EngineState['kind']>(kind: K, limit = 90_000): Promise<Extract<EngineState, { kind: K }>> {
  const { engine } = await paddock();
  const is = (state: EngineState): state is Extract<EngineState, { kind: K }> => state.kind === kind;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      subscription.dispose();
      reject(new Error(`the engine is ${JSON.stringify(engine.state)}, not ${kind}`));
    }, limit);
    const check = (state: EngineState): void => {
      if (!is(state)) return;
      clearTimeout(timer);
      subscription.dispose();
      resolve(state);
    };
    const subscription = engine.onDidChangeState(check);
    check(engine.state);
  });
}

/** Asks until the answer is not `undefined`. */
export async function eventually<T>(what: string, ask: () => T | undefined | Promise<T | undefined>, limit = 60_000): Promise<T> {
  const deadline = Date.now() + limit;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`did not happen in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

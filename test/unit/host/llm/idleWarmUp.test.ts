import type { WarmParams } from '../../../../src/contract/warmUp';
import { describe, expect, it } from 'vitest';
import { WarmUp } from '../../../../src/host/llm/idleWarmUp';
import { fakeFacts, FakeEngine } from '../../../fixtures/engine/fakeEngine';

const params: WarmParams = { kind: 'chat', system: '', history: [] };

/** A warm-up whose idle moments the test decides. */
function warmUp() {
  const engine = new FakeEngine();
  let waiting: (() => void)[] = [];
  const one = new WarmUp(engine, (action) => {
    waiting.push(action);
    return { dispose: () => void (waiting = waiting.filter((each) => each !== action)) };
  });
  const idle = async (): Promise<void> => {
    const actions = waiting;
    waiting = [];
    for (const action of actions) action();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { engine, one, idle };
}

describe('WarmUp', () => {
  it('warms the newest wish alone, once for the same key and worker', async () => {
    const { engine, one, idle } = warmUp();
    one.request('a', () => ({ ...params, system: 'a' }));
    one.request('b', () => ({ ...params, system: 'b' }));
    await idle();
    one.request('b', () => params);
    await idle();
    expect(engine.warmed).toEqual([{ ...params, system: 'b' }]);
    engine.become({ kind: 'ready', generation: 2, responding: true, facts: fakeFacts });
    one.request('b', () => params);
    await idle();
    expect(engine.warmed).toHaveLength(2);
  });

  it('asks again at the next pause when it was overtaken, until it was not', async () => {
    const { engine, one, idle } = warmUp();
    engine.overtakes = 2;
    one.request('a', () => params);
    for (let pause = 0; pause < 5; pause++) await idle();
    expect(engine.warmed).toHaveLength(3);
  });

  it('asks no more once a request has come', async () => {
    const { engine, one, idle } = warmUp();
    engine.overtakes = 9;
    one.request('a', () => params);
    await idle();
    one.cancel();
    await idle();
    expect(engine.warmed).toHaveLength(1);
  });

  it('cancels what is under way when a request comes, and may warm the same afterwards', async () => {
    const { engine, one, idle } = warmUp();
    let end = (): void => undefined;
    engine.warm = (asked, cancellation) => {
      engine.warmed.push(asked);
      engine.warmings.push(cancellation);
      return new Promise((resolve) => {
        end = () => {
          resolve({ kind: 'done', value: { evaluatedTokens: 0, overtaken: false } });
        };
      });
    };
    one.request('a', () => params);
    await idle();
    one.cancel();
    expect(engine.warmings[0]?.isCancellationRequested).toBe(true);
    end();
    await idle();
    one.request('a', () => params);
    await idle();
    expect(engine.warmed).toHaveLength(2);
  });

  it('asks for nothing where there is nothing to warm, or no worker', async () => {
    const { engine, one, idle } = warmUp();
    one.request('a', () => undefined);
    await idle();
    engine.become({ kind: 'stopped' });
    one.request('b', () => params);
    await idle();
    expect(engine.warmed).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { Emitter } from '../../../../../src/util/event';
import type { EngineState } from '../../../../../src/host/llm/languageModel';
import { IdleClock, IdleUnload } from '../../../../../src/host/llm/worker/idleUnload';
import { fakeFacts } from '../../../../fixtures/engine/fakeEngine';
import { FakeTimers } from '../../../../fixtures/timers';

const minute = 60_000;
const ready: EngineState = { kind: 'ready', generation: 1, facts: fakeFacts, responding: true };

/** An engine that is unloaded, and whose requests last as long as the test says. */
class IdleEngine {
  private readonly changes = new Emitter<EngineState>();
  readonly onDidChangeState = this.changes.event;
  readonly clock: IdleClock;
  state: EngineState = { kind: 'stopped' };

  constructor(timers: FakeTimers) {
    this.clock = new IdleClock(timers.now);
  }

  enter(state: EngineState): void {
    this.state = state;
    this.changes.fire(state);
  }

  unload(why: 'idle'): Promise<void> {
    this.enter({ kind: 'stopped', why });
    return Promise.resolve();
  }

  /** Begins a request; what is returned ends it. */
  ask(wanted = true): () => Promise<void> {
    let end: () => void = () => undefined;
    const asked = this.clock.during(() => new Promise<void>((resolve) => (end = resolve)), wanted);
    return async () => {
      end();
      await asked;
    };
  }
}

class Scene {
  readonly timers = new FakeTimers();
  readonly engine = new IdleEngine(this.timers);
  limit = 10 * minute;
  readonly unload = new IdleUnload({ engine: this.engine, limit: () => this.limit, after: this.timers.after });
}

describe('a model that nobody asks', () => {
  it('is unloaded after so long, counted from when it was ready', async () => {
    const { engine, timers } = new Scene();
    await timers.pass(20 * minute);
    engine.enter(ready);
    await timers.pass(9 * minute);
    expect(engine.state).toBe(ready);
    await timers.pass(2 * minute);
    expect(engine.state).toEqual({ kind: 'stopped', why: 'idle' });
    expect(timers.count).toBe(0);
  });

  it('is kept by every request, from when that ends', async () => {
    const { engine, timers } = new Scene();
    engine.enter(ready);
    await timers.pass(9 * minute);
    const end = engine.ask();
    await timers.pass(30 * minute);
    await end();
    await timers.pass(9 * minute);
    expect(engine.state).toBe(ready);
    await timers.pass(2 * minute);
    expect(engine.state.kind).toBe('stopped');
  });

  it('is not kept by what is done ahead of requests, but not taken from under it either', async () => {
    const { engine, timers } = new Scene();
    engine.enter(ready);
    for (let passed = 0; passed < 9; passed++) {
      await engine.ask(false)();
      await timers.pass(minute);
    }
    const end = engine.ask(false);
    await timers.pass(5 * minute);
    expect(engine.state).toBe(ready);
    await end();
    await timers.pass(minute);
    expect(engine.state.kind).toBe('stopped');
  });

  it('is loaded again and counted anew', async () => {
    const { engine, timers } = new Scene();
    engine.enter(ready);
    await timers.pass(11 * minute);
    engine.enter({ ...ready, generation: 2 });
    await timers.pass(9 * minute);
    expect(engine.state.kind).toBe('ready');
    await timers.pass(2 * minute);
    expect(engine.state.kind).toBe('stopped');
  });

  it('does not count as asked because it was slow for a moment', async () => {
    const { engine, timers } = new Scene();
    engine.enter(ready);
    await timers.pass(9 * minute);
    engine.enter({ ...ready, responding: false });
    engine.enter(ready);
    await timers.pass(2 * minute);
    expect(engine.state.kind).toBe('stopped');
  });
});

describe('the setting', () => {
  it('of 0 keeps the model, until it is changed', async () => {
    const scene = new Scene();
    scene.limit = 0;
    scene.engine.enter(ready);
    await scene.timers.pass(600 * minute);
    expect(scene.engine.state).toBe(ready);
    scene.limit = 10 * minute;
    await scene.timers.pass(minute);
    expect(scene.engine.state.kind).toBe('stopped');
  });
});

it('looks no more once it is disposed', async () => {
  const { engine, timers, unload } = new Scene();
  engine.enter(ready);
  unload.dispose();
  expect(timers.count).toBe(0);
  await timers.pass(20 * minute);
  expect(engine.state).toBe(ready);
});

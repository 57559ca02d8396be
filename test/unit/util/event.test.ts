import { describe, expect, it } from 'vitest';
import { Emitter } from '../../../src/util/event';

describe('Emitter', () => {
  it('calls listeners in the order they were added, with the value', () => {
    const heard: string[] = [];
    const emitter = new Emitter<number>();
    emitter.event((value) => heard.push(`first ${value}`));
    emitter.event((value) => heard.push(`second ${value}`));
    emitter.fire(1);
    expect(heard).toEqual(['first 1', 'second 1']);
  });

  it('counts the same function subscribed twice as two subscriptions', () => {
    let calls = 0;
    const listener = (): void => {
      calls++;
    };
    const emitter = new Emitter<void>();
    const one = emitter.event(listener);
    emitter.event(listener);
    emitter.fire();
    one.dispose();
    one.dispose();
    emitter.fire();
    expect(calls).toBe(3);
  });

  it('goes on after a listener that throws, and reports it', () => {
    const errors: unknown[] = [];
    const heard: number[] = [];
    const emitter = new Emitter<number>((error) => errors.push(error));
    emitter.event(() => {
      throw new Error('bad listener');
    });
    emitter.event((value) => heard.push(value));
    emitter.fire(7);
    expect(heard).toEqual([7]);
    expect(errors).toEqual([new Error('bad listener')]);
  });

  it('lets a listener unsubscribe, or subscribe another, while it is called', () => {
    const heard: string[] = [];
    const emitter = new Emitter<string>();
    const once = emitter.event((value) => {
      heard.push(`once ${value}`);
      once.dispose();
      emitter.event((later) => heard.push(`late ${later}`));
    });
    emitter.event((value) => heard.push(`always ${value}`));
    emitter.fire('a');
    emitter.fire('b');
    expect(heard).toEqual(['once a', 'always a', 'always b', 'late b']);
  });

  it('is silent after dispose', () => {
    let calls = 0;
    const emitter = new Emitter<void>();
    emitter.event(() => calls++);
    emitter.dispose();
    emitter.fire();
    expect(calls).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { Job, type JobSpec } from '../../../../src/worker/session/job';

class FakeClock {
  time = 1000;
  readonly now = (): number => this.time;
}

const spec = (more: Partial<JobSpec> = {}): JobSpec => ({
  priority: 'chat',
  role: 'chat',
  prompt: [1, 2, 3, 4, 5],
  maxTokens: 3,
  sampling: { temperature: 0, topK: 1, topP: 1, seed: 0 },
  ...more,
});

function job(clock: FakeClock, more: Partial<JobSpec> = {}): Job {
  return new Job(1, spec(more), new AbortController().signal, clock.now);
}

describe('Job', () => {
  it('hands out its prompt piece by piece and samples behind the last', () => {
    const one = job(new FakeClock());
    one.begin(1);
    expect(one.piece(2)).toEqual({ tokens: [2, 3], samples: 0 });
    one.advance(2);
    expect(one.promptLeft).toBe(2);
    expect(one.piece(100)).toEqual({ tokens: [4, 5], samples: 1 });
    one.advance(2);
    expect(one.accept({ token: 9 }, false)).toBeUndefined();
    expect(one.piece(100)).toEqual({ tokens: [9], samples: 1 });
  });

  it('knows how long its prompt took, from when it had its lane', () => {
    const clock = new FakeClock();
    const one = job(clock);
    clock.time += 500;
    one.begin(1);
    expect(one.prefillMilliseconds).toBe(0);
    clock.time += 30;
    one.advance(2);
    clock.time += 40;
    one.advance(2);
    clock.time += 900;
    expect(one.accept({ token: 9 }, false)).toBeUndefined();
    expect(one.prefillMilliseconds).toBe(70);
  });

  it('never samples when nothing is to be generated', () => {
    const one = job(new FakeClock(), { maxTokens: 0 });
    one.begin(0);
    expect(one.piece(5)).toEqual({ tokens: [1, 2, 3, 4, 5], samples: 0 });
  });

  it('reports prefill as it goes, what the lane had included', () => {
    const seen: number[] = [];
    const one = job(new FakeClock(), { onPrefill: (done) => seen.push(done) });
    one.begin(2);
    one.advance(2);
    one.advance(1);
    one.advance(1);
    expect(seen).toEqual([2, 4, 5]);
  });

  it('ends by the end token, which is no part of the answer', () => {
    const heard: number[] = [];
    const one = job(new FakeClock(), {
      onToken: (token) => {
        heard.push(token);
        return 'continue';
      },
    });
    one.begin(4);
    one.advance(1);
    expect(one.accept({ token: 7 }, false)).toBeUndefined();
    expect(one.accept({ token: 2 }, true)).toBe('end');
    expect(heard).toEqual([7]);
    expect(one.result('end', 6).tokens).toEqual([7]);
  });

  it('ends by a rule, whose token counts, and by the most tokens', () => {
    const one = job(new FakeClock(), { onToken: (token) => (token === 8 ? 'rule' : 'continue') });
    one.begin(5);
    expect(one.accept({ token: 8 }, false)).toBe('rule');
    expect(one.generated).toEqual([8]);
    const other = job(new FakeClock());
    other.begin(5);
    expect([7, 7, 7].map((token) => other.accept({ token: token }, false))).toEqual([undefined, undefined, 'maxTokens']);
  });

  it('measures from its arrival', () => {
    const clock = new FakeClock();
    const one = job(clock);
    clock.time += 100;
    one.begin(2);
    one.advance(3);
    clock.time += 50;
    one.accept({ token: 7 }, false);
    clock.time += 20;
    one.accept({ token: 7 }, false);
    clock.time += 20;
    one.accept({ token: 7 }, false);
    clock.time += 5;
    expect(one.result('maxTokens', 7)).toEqual({
      tokens: [7, 7, 7],
      confidences: [],
      stop: 'maxTokens',
      laneTokens: 7,
      metrics: {
        promptTokens: 5,
        reusedTokens: 2,
        evaluatedTokens: 3,
        generatedTokens: 3,
        draftedTokens: 0,
        confirmedTokens: 0,
        firstTokenMilliseconds: 150,
        tokensPerSecond: 50,
        totalMilliseconds: 195,
      },
    });
  });

  it('claims no first token and no rate where there was none', () => {
    const clock = new FakeClock();
    const one = job(clock);
    clock.time += 30;
    expect(one.result('cancelled', 0).metrics).toMatchObject({ firstTokenMilliseconds: 0, tokensPerSecond: 0, totalMilliseconds: 30 });
    one.begin(5);
    one.accept({ token: 7 }, false);
    expect(one.result('cancelled', 5).metrics).toMatchObject({ firstTokenMilliseconds: 30, tokensPerSecond: 0 });
  });
});

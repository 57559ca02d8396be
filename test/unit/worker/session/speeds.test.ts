import { describe, expect, it } from 'vitest';
import { Speeds } from '../../../../src/worker/session/speeds';
import { fakeMetrics } from '../../../fixtures/engine/fakeEngine';
import { long, never, spec, start } from '../../../fixtures/engine/sessionFixtures';

describe('the speeds of answers', () => {
  it('are those of their prompts and of their texts', () => {
    const speeds = new Speeds();
    speeds.record('chat', { ...fakeMetrics, evaluatedTokens: 200, generatedTokens: 40, tokensPerSecond: 12 }, 4000);
    expect(speeds.answers).toEqual([{ role: 'chat', prefillTokensPerSecond: 50, decodeTokensPerSecond: 12 }]);
  });

  it('leave out what is too short to tell, and an answer of which nothing is left', () => {
    const speeds = new Speeds();
    speeds.record('completion', { ...fakeMetrics, evaluatedTokens: 2, generatedTokens: 40, tokensPerSecond: 12 }, 1);
    speeds.record('completion', { ...fakeMetrics, evaluatedTokens: 200, generatedTokens: 3, tokensPerSecond: 900 }, 1000);
    speeds.record('completion', { ...fakeMetrics, evaluatedTokens: 2, generatedTokens: 3, tokensPerSecond: 900 }, 1);
    expect(speeds.answers).toEqual([
      { role: 'completion', prefillTokensPerSecond: 0, decodeTokensPerSecond: 12 },
      { role: 'completion', prefillTokensPerSecond: 200, decodeTokensPerSecond: 0 },
    ]);
  });

  it('are kept of the last answers alone, the latest last', () => {
    const speeds = new Speeds();
    for (let speed = 1; speed <= 100; speed++) speeds.record('chat', { ...fakeMetrics, tokensPerSecond: speed }, 1000);
    expect(speeds.answers).toHaveLength(40);
    expect(speeds.answers.at(-1)?.decodeTokensPerSecond).toBe(100);
  });

  it('are measured by the session, but not of its warm-ups', async () => {
    const { session, context } = start();
    await session.run(spec(long(300), { priority: 'background', maxTokens: 0 }), never);
    expect(session.speeds.answers).toEqual([]);
    const before = context.elapsed;
    let read = 0;
    const onPrefill = (done: number): void => {
      if (done === 600) read = context.elapsed - before;
    };
    await session.run(spec(long(600, 1), { maxTokens: 1, onPrefill }), never);
    expect(session.speeds.answers).toEqual([{ role: 'chat', prefillTokensPerSecond: 600_000 / read, decodeTokensPerSecond: 0 }]);
  });
});

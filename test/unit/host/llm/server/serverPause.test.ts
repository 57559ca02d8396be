import { expect, it } from 'vitest';
import { GhostTextPause } from '../../../../../src/host/llm/server/serverPause';
import type { EngineErrorData } from '../../../../../src/contract/engineErrors';

const error = (reason: 'unreachable' | 'refused'): EngineErrorData => ({ kind: 'endpoint', host: 'h', reason, detail: '' });

it('a pause doubles with each failure up to the longest, and an answer ends it', () => {
  let now = 0;
  const pause = new GhostTextPause({ pause: 2, longestPause: 10 }, () => now);
  expect(pause.reason).toBeUndefined();
  const lengths = [1, 2, 3, 4, 5].map(() => {
    pause.failed(error('unreachable'));
    const began = now;
    while (pause.reason) now++;
    return now - began;
  });
  expect(lengths).toEqual([2, 4, 8, 10, 10]);
  pause.failed(error('unreachable'));
  pause.end();
  expect(pause.reason).toBeUndefined();
  pause.failed(error('unreachable'));
  now += 2;
  expect(pause.reason).toBeUndefined();
});

it('what a server has against one request is no reason for a pause', () => {
  const pause = new GhostTextPause({ pause: 2, longestPause: 10 }, () => 0);
  pause.failed(error('refused'));
  pause.failed({ kind: 'promptTooLong', promptTokens: 2, contextTokens: 1 });
  expect(pause.reason).toBeUndefined();
});

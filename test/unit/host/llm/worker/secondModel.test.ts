import type { LoadModelParams } from '../../../../../src/contract/models';
import { expect, it } from 'vitest';
import { SecondModel } from '../../../../../src/host/llm/worker/secondModel';
import { fakeFacts } from '../../../../fixtures/engine/fakeEngine';

const alone: LoadModelParams = { path: '/large.gguf', contextTokens: 64, gpu: 'off', threads: 0 };
const withSecond = (path: string): LoadModelParams => ({ ...alone, ghostText: { path } });
const error = { kind: 'workerDied', detail: 'signal SIGSEGV' } as const;

it('that killed a worker is left out, and told of, only where it is wanted', () => {
  const second = new SecondModel();
  expect(second.begin(withSecond('/bad.gguf'))).toEqual(withSecond('/bad.gguf'));
  expect(second.died(error)).toBe(true);
  expect(second.begin(withSecond('/bad.gguf'))).toEqual(alone);
  // Without it, it was not its fault.
  expect(second.died(error)).toBe(false);
  expect(second.loaded(fakeFacts).ghostText).toEqual({ kind: 'failed', error });
  // The setting was changed while no worker ran.
  expect(second.begin(alone)).toEqual(alone);
  expect(second.loaded(fakeFacts)).toEqual(fakeFacts);
  expect(second.begin(withSecond('/other.gguf'))).toEqual(withSecond('/other.gguf'));
  expect(second.loaded(fakeFacts)).toEqual(fakeFacts);
  expect(second.died(error)).toBe(false);
});

it('is tried again when that is forgotten', () => {
  const second = new SecondModel();
  second.begin(withSecond('/bad.gguf'));
  second.died(error);
  second.forget();
  expect(second.begin(withSecond('/bad.gguf'))).toEqual(withSecond('/bad.gguf'));
});

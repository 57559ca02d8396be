import { expect, it } from 'vitest';
import { ChatTemplateError, EngineFailure, PromptTooLongError } from '../../../src/worker/model/loadErrors';
import { accountOf, toErrorData } from '../../../src/worker/rpcErrors';

it.each([
  [new EngineFailure({ kind: 'modelNotFound', path: '/m.gguf' }), { kind: 'modelNotFound', path: '/m.gguf' }],
  [new PromptTooLongError(9, 5), { kind: 'promptTooLong', promptTokens: 9, contextTokens: 5 }],
  [new ChatTemplateError('unknown filter: x\nat line 3'), { kind: 'chatTemplate', detail: 'unknown filter: x' }],
  [new Error('a defect\nwith details'), { kind: 'internal', detail: 'a defect' }],
  ['a defect', { kind: 'internal', detail: 'a defect' }],
])('says in one line what %s is', (error, data) => {
  expect(toErrorData(error)).toEqual(data);
});

it('keeps the rest for the log', () => {
  const account = accountOf(new Error('outer', { cause: new Error('inner') }));
  expect(account).toMatch(/Error: outer[^]*rpcErrors\.test\.ts[^]*caused by Error: inner[^]*rpcErrors\.test\.ts/);
});

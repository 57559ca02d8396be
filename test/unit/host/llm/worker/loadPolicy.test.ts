import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EngineErrorData } from '../../../../../src/contract/engineErrors';
import type { GpuChoice, ModelNeed, ModelRole } from '../../../../../src/contract/models';
import {
  decideLoad,
  type LoadAttempt,
  type LoadSituation,
  type LoadStep,
  type Measured,
} from '../../../../../src/host/llm/worker/loadPolicy';
import { fakeFacts } from '../../../../fixtures/engine/fakeEngine';

type LoadingStep = Extract<LoadStep, { kind: 'load' }>;
type End = Pick<LoadAttempt, 'device' | 'end'>;

const GB = 1e9;
const loaded: LoadAttempt['end'] = { kind: 'loaded', facts: fakeFacts };
const failed = (error: EngineErrorData): LoadAttempt['end'] => ({ kind: 'failed', error });
const died = (detail: string, cause?: 'memory' | 'hang'): LoadAttempt['end'] => ({
  kind: 'died',
  end: { detail, ...(cause ? { cause } : {}) },
});
const need = (more: Partial<ModelNeed> = {}): Measured => ({
  kind: 'measured',
  need: { fingerprint: 'chat', fileBytes: 4 * GB, minBytes: 5 * GB, hasGpu: false, freeBytes: 16 * GB, ...more },
});
const small = need({ fingerprint: 'small', fileBytes: GB, minBytes: 1.2 * GB });
const memory: EngineErrorData = { kind: 'outOfMemory', path: '/chat.gguf', neededBytes: 2, freeBytes: 1 };
const broken: EngineErrorData = { kind: 'modelBroken', path: '/small.gguf', detail: 'x' };

interface Case {
  readonly gpu?: GpuChoice;
  readonly two?: boolean;
  readonly isGpuKnownToFail?: boolean;
  readonly needs?: Record<ModelRole, Measured>;
}

/** Follows the policy to its end, with a worker that ends each load as `endOf` says. */
function follow(
  { gpu = 'off', two = false, isGpuKnownToFail = false, needs = { chat: need(), completion: small } }: Case,
  endOf: (step: LoadingStep, index: number) => End,
): { readonly loads: readonly LoadingStep[]; readonly last: LoadStep; readonly measured: number } {
  const loads: LoadingStep[] = [];
  const attempts: LoadAttempt[] = [];
  let measured = 0;
  for (let count = 0; count < 20; count++) {
    const situation: LoadSituation = {
      wanted: { gpu, ...(two ? { completion: { path: '/small.gguf' } } : {}) },
      isGpuKnownToFail,
      needs: measured > 0 ? needs : undefined,
      attempts,
    };
    const step = decideLoad(situation);
    if (step.kind === 'done' || step.kind === 'fail') return { loads, last: step, measured };
    if (step.kind === 'measure') {
      measured++;
      continue;
    }
    attempts.push({ role: step.role, gpu: step.gpu, isShared: step.isShared, ...endOf(step, loads.length) });
    loads.push(step);
  }
  throw new Error('the policy does not end');
}

const names = (loads: readonly LoadingStep[]): readonly string[] =>
  loads.map(({ role, gpu, isShared }) => `${role} ${gpu}${isShared ? ' shared' : ''}`);
const onCpu = (): End => ({ device: false, end: loaded });

describe('loading one model', () => {
  it('loads it once, and measures nothing', () => {
    const { loads, last, measured } = follow({}, onCpu);
    expect(loads).toEqual([{ kind: 'load', role: 'chat', gpu: 'off', isShared: false, reservedBytes: 0 }]);
    expect(last).toEqual({ kind: 'done', completionError: undefined, gpuFailure: undefined });
    expect(measured).toBe(0);
  });

  it.each([
    [memory, 'outOfMemory'],
    [{ kind: 'internal', detail: 'vk::DeviceLostError' } as const, 'vk::DeviceLostError'],
  ])('loads it on the CPU after the GPU refused it, and says why', (error, detail) => {
    const { loads, last } = follow({ gpu: 'auto' }, ({ gpu }) =>
      gpu === 'auto' ? { device: 'vulkan', end: failed(error) } : { device: false, end: loaded },
    );
    expect(names(loads)).toEqual(['chat auto', 'chat off']);
    expect(last).toMatchObject({ kind: 'done', gpuFailure: { device: 'vulkan', detail } });
  });

  it('loads it on the CPU after its driver took the worker with it', () => {
    const { loads, last } = follow({ gpu: 'auto' }, ({ gpu }) =>
      gpu === 'auto' ? { device: 'vulkan', end: died('signal SIGSEGV') } : { device: false, end: loaded },
    );
    expect(names(loads)).toEqual(['chat auto', 'chat off']);
    expect(last).toMatchObject({ gpuFailure: { device: 'vulkan', detail: 'signal SIGSEGV' } });
  });

  it('names the GPU where the worker died before it said which one it is, and a hang as such', () => {
    const { last } = follow({ gpu: 'auto' }, ({ gpu }) =>
      gpu === 'auto' ? { device: undefined, end: died('signal SIGKILL', 'hang') } : { device: false, end: loaded },
    );
    expect(last).toMatchObject({ gpuFailure: { device: 'GPU', detail: 'hang' } });
  });

  it.each<[string, End]>([
    ['the file is broken', { device: 'vulkan', end: failed(broken) }],
    ['it is on the CPU already', { device: false, end: failed(memory) }],
    ['memory ran out', { device: 'vulkan', end: died('signal SIGKILL', 'memory') }],
    ['the CPU took the worker with it', { device: false, end: died('signal SIGSEGV') }],
  ])('gives up at once where %s', (_, end) => {
    const { loads, last } = follow({ gpu: 'auto' }, () => end);
    expect(names(loads)).toEqual(['chat auto']);
    expect(last.kind).toBe('fail');
  });

  it('gives up after the CPU failed as well, with its error', () => {
    const { loads, last } = follow({ gpu: 'auto' }, ({ gpu }) =>
      gpu === 'auto' ? { device: 'vulkan', end: died('signal SIGSEGV') } : { device: false, end: died('exit code 139') },
    );
    expect(names(loads)).toEqual(['chat auto', 'chat off']);
    expect(last).toEqual({ kind: 'fail', error: { kind: 'workerDied', detail: 'exit code 139' } });
  });

  it('does not try a GPU that is known to fail', () => {
    expect(names(follow({ gpu: 'auto', isGpuKnownToFail: true }, onCpu).loads)).toEqual(['chat off']);
  });
});

describe('loading two models', () => {
  it('measures both, leaves room for the second while the first is loaded, and then loads it', () => {
    const { loads, last, measured } = follow({ two: true }, onCpu);
    expect(measured).toBe(1);
    expect(names(loads)).toEqual(['chat off shared', 'completion off shared']);
    expect(loads.map(({ reservedBytes }) => reservedBytes)).toEqual([1.2 * GB, 0]);
    expect(last).toMatchObject({ kind: 'done', completionError: undefined });
  });

  it('loads one where both are the same model', () => {
    const { loads, last } = follow({ two: true, needs: { chat: need(), completion: need() } }, onCpu);
    expect(names(loads)).toEqual(['chat off']);
    expect(last).toMatchObject({ kind: 'done', completionError: undefined });
  });

  it('loads one where memory is too small for both, and says what is missing', () => {
    const needs = { chat: need({ freeBytes: 6 * GB }), completion: need({ fingerprint: 'small', minBytes: 2 * GB, freeBytes: 6 * GB }) };
    const { loads, last } = follow({ two: true, needs }, onCpu);
    expect(names(loads)).toEqual(['chat off']);
    expect(last).toMatchObject({ completionError: { kind: 'doesNotFit', path: '/small.gguf', neededBytes: 2 * GB, freeBytes: 1 * GB } });
  });

  it('tries both on a machine with a GPU, whose memory the file says nothing of', () => {
    const needs = { chat: need({ hasGpu: true, freeBytes: 6 * GB }), completion: need({ fingerprint: 'small', freeBytes: 6 * GB }) };
    const onGpu = (): End => ({ device: 'vulkan', end: loaded });
    expect(names(follow({ two: true, gpu: 'auto', needs }, onGpu).loads)).toEqual(['chat auto shared', 'completion auto shared']);
  });

  it.each<[string, Record<ModelRole, Measured>, EngineErrorData | undefined]>([
    ['second', { chat: need(), completion: { kind: 'failed', error: broken } }, broken],
    ['first', { chat: { kind: 'failed', error: memory }, completion: small }, undefined],
  ])('loads one where the %s cannot be measured', (_, needs, completionError) => {
    const { loads, last } = follow({ two: true, needs }, onCpu);
    expect(names(loads)).toEqual(['chat off']);
    expect(last).toMatchObject({ kind: 'done', completionError });
  });

  it.each<[string, End]>([
    ['cannot be loaded', { device: false, end: failed(broken) }],
    ['takes the worker with it', { device: false, end: died('exit code 134') }],
  ])('loads the first by itself, with all of the memory, where the second %s', (_, end) => {
    const { loads, last } = follow({ two: true }, ({ role }) => (role === 'completion' ? end : { device: false, end: loaded }));
    expect(names(loads)).toEqual(['chat off shared', 'completion off shared', 'chat off']);
    expect(last.kind === 'done' && last.completionError?.kind).toBe(end.end.kind === 'died' ? 'workerDied' : 'modelBroken');
  });

  it('loads the first by itself where there is less room than was measured', () => {
    const tooBig: EngineErrorData = { kind: 'doesNotFit', path: '/chat.gguf', neededBytes: 2, freeBytes: 1, others: 0, othersBytes: 0 };
    const { loads, last } = follow({ two: true }, ({ isShared }) => ({ device: false, end: isShared ? failed(tooBig) : loaded }));
    expect(names(loads)).toEqual(['chat off shared', 'chat off']);
    expect(last).toMatchObject({ completionError: { kind: 'doesNotFit', path: '/small.gguf' } });
  });

  it('loads the second on the CPU where the GPU refused it, which is no failure of the first', () => {
    const { loads, last } = follow({ two: true, gpu: 'auto' }, ({ role, gpu }) =>
      role === 'completion' && gpu === 'auto' ? { device: 'vulkan', end: failed(memory) } : { device: 'vulkan', end: loaded },
    );
    expect(names(loads)).toEqual(['chat auto shared', 'completion auto shared', 'completion off shared']);
    expect(last).toEqual({ kind: 'done', completionError: undefined, gpuFailure: undefined });
  });

  it('loads the second on the CPU where the first could not be on the GPU', () => {
    const { loads } = follow({ two: true, gpu: 'auto' }, ({ gpu }) =>
      gpu === 'auto' ? { device: 'vulkan', end: failed(memory) } : { device: false, end: loaded },
    );
    expect(names(loads)).toEqual(['chat auto shared', 'chat off shared', 'completion off shared']);
  });
});

it('ends whatever happens, and asks for no load that ended badly again', () => {
  const error = fc.constantFrom<EngineErrorData>(
    memory,
    broken,
    { kind: 'internal', detail: 'x' },
    {
      kind: 'doesNotFit',
      path: '/chat.gguf',
      neededBytes: 2,
      freeBytes: 1,
      others: 0,
      othersBytes: 0,
    },
  );
  const end = fc.record({
    device: fc.constantFrom<string | false | undefined>('vulkan', false, undefined),
    end: fc.oneof(
      fc.constant(loaded),
      error.map(failed),
      fc.constantFrom<'memory' | 'hang' | undefined>('memory', 'hang', undefined).map((cause) => died('x', cause)),
    ),
  });
  const measured = fc.oneof(
    fc.constantFrom(need(), small, need({ hasGpu: true }), need({ freeBytes: 1 })),
    error.map((data): Measured => ({ kind: 'failed', error: data })),
  );
  fc.assert(
    fc.property(
      fc.constantFrom<GpuChoice>('auto', 'off'),
      fc.boolean(),
      fc.boolean(),
      fc.record({ chat: measured, completion: measured }),
      fc.array(end, { minLength: 20, maxLength: 20 }),
      (gpu, two, isGpuKnownToFail, needs, ends) => {
        const bad = new Set<string>();
        const { last } = follow({ gpu, two, isGpuKnownToFail, needs }, (step, index) => {
          const [name = ''] = names([step]);
          expect(bad).not.toContain(name);
          const chosen = ends[index] ?? { device: false, end: loaded };
          if (chosen.end.kind !== 'loaded') bad.add(name);
          return chosen;
        });
        if (ends.every((each) => each.end.kind === 'loaded')) expect(last.kind).toBe('done');
      },
    ),
  );
});

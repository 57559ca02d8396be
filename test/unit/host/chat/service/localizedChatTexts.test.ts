import { describe, expect, it } from 'vitest';
import type { EngineErrorData } from '../../../../../src/contract/engineErrors';
import { chatTexts } from '../../../../../src/host/chat/service/localizedChatTexts';
import { commandOf, isProblemActionId, loadAnywayCommand, problemActionIds } from '../../../../../src/host/ui/errorActions';
import { describeProblem, describeRestart } from '../../../../../src/host/ui/errorMessages';
import { commandIds } from '../../../../../src/host/services/commandIds';

const errors: readonly EngineErrorData[] = [
  { kind: 'modelNotFound', path: '/m.gguf' },
  ...(['empty', 'webPage', 'pointer', 'other'] as const).map((found) => ({ kind: 'notGguf', path: '/m.gguf', found }) as const),
  { kind: 'modelTruncated', path: '/m.gguf', bytes: 1_000_000, neededBytes: 2_000_000 },
  { kind: 'modelTruncated', path: '/m.gguf', bytes: 1_000_000, neededBytes: 0 },
  ...(['older', 'newer'] as const).map((age) => ({ kind: 'modelVersion', path: '/m.gguf', age }) as const),
  ...(['metadata', 'vocabulary', 'tensors'] as const).map(
    (part) => ({ kind: 'modelBroken', path: '/m.gguf', part, detail: 'no magic' }) as const,
  ),
  { kind: 'modelBroken', path: '/m.gguf', detail: 'no magic' },
  ...(['missing', 'misnamed'] as const).map((problem) => ({ kind: 'modelParts', path: '/m.gguf', problem, part: 2, parts: 3 }) as const),
  { kind: 'relativePath', path: 'm.gguf' },
  { kind: 'outOfMemory', path: '/m.gguf', neededBytes: 8.25e9, freeBytes: 4e9 },
  { kind: 'outOfMemory', path: '/m.gguf', neededBytes: 0, freeBytes: 0 },
  { kind: 'doesNotFit', path: '/m.gguf', neededBytes: 8.25e9, freeBytes: 4e9, others: 0, othersBytes: 0 },
  { kind: 'doesNotFit', path: '/m.gguf', neededBytes: 8.25e9, freeBytes: 4e9, others: 1, othersBytes: 5e9 },
  { kind: 'doesNotFit', path: '/m.gguf', neededBytes: 8.25e9, freeBytes: 4e9, others: 2, othersBytes: 6e9 },
  { kind: 'unsupportedArchitecture', path: '/m.gguf', architecture: 'mamba' },
  { kind: 'engineUnavailable', detail: 'no library' },
  { kind: 'versionMismatch', host: 1, worker: 2 },
  { kind: 'promptTooLong', promptTokens: 5000, contextTokens: 4096 },
  { kind: 'noModel' },
  { kind: 'workerUnavailable', detail: 'ENOENT' },
  { kind: 'workerDied', detail: 'SIGKILL' },
  { kind: 'workerDied', detail: 'SIGKILL', cause: 'memory' },
  { kind: 'workerDied', detail: 'SIGKILL', cause: 'hang' },
  { kind: 'restarted' },
  { kind: 'chatTemplate', detail: 'unknown filter' },
  { kind: 'internal', detail: 'bug' },
];

describe('describeProblem', () => {
  it.each(errors)('returns a whole sentence and at least one button for $kind', (error) => {
    const { message, actions } = describeProblem(error);
    expect(message).toMatch(/\.$/);
    expect(message).not.toMatch(/\{\d\}/);
    expect(actions.length).toBeGreaterThan(0);
    for (const { label } of actions) expect(label).not.toBe('');
  });

  it('formats bytes and token counts', () => {
    expect(errors.map((error) => describeProblem(error).message).join('\n')).toContain('needs 8.3 GB and 4.0 GB are free');
    expect(describeProblem({ kind: 'modelTruncated', path: '/m.gguf', bytes: 1_000_000, neededBytes: 2_000_000 }).message).toContain(
      '1,000,000 of its 2,000,000 bytes are there',
    );
    expect(describeProblem({ kind: 'promptTooLong', promptTokens: 5000, contextTokens: 4096 }).message).toContain(
      '5,000 tokens where 4,096 fit',
    );
  });

  it('names the missing or misnamed part of a split model', () => {
    const part = { kind: 'modelParts', path: '/m.gguf', part: 2, parts: 3 } as const;
    expect(describeProblem({ ...part, problem: 'missing' }).message).toContain('Part 2 of 3 of this model is missing: /m.gguf');
    expect(describeProblem({ ...part, problem: 'misnamed' }).message).toContain('names end in -00002-of-00003.gguf');
  });

  it('says how much memory the models of other windows take', () => {
    const said = (others: number): string =>
      describeProblem({ kind: 'doesNotFit', path: '/m.gguf', neededBytes: 8.25e9, freeBytes: 4e9, others, othersBytes: 6e9 }).message;
    expect(said(0)).toContain('needs 8.3 GB and 4.0 GB can be had. It');
    expect(said(1)).toContain('as the model of another window takes 6.0 GB');
    expect(said(2)).toContain('as the models of 2 other windows take 6.0 GB');
  });

  it('says why the worker ended when the cause is known', () => {
    for (const [cause, words] of [
      ['memory', 'because memory ran out'],
      ['hang', 'no longer answered'],
    ] as const) {
      const error: EngineErrorData = { kind: 'workerDied', detail: 'signal SIGKILL', cause };
      expect(describeProblem(error).message).toContain(words);
      expect(describeRestart(error)).toContain(words);
    }
    expect(describeRestart({ kind: 'workerDied', detail: 'signal SIGSEGV' })).toContain('ended unexpectedly');
    expect(describeProblem({ kind: 'workerDied', detail: '', cause: 'memory' }).actions.map(({ id }) => id)).toEqual([
      'chooseModel',
      'openSettings',
      'retry',
    ]);
  });

  it('offers only buttons whose commands exist', () => {
    for (const id of problemActionIds) {
      if (id === 'retry') continue;
      const { command } = commandOf(id);
      expect([...Object.values<string>(commandIds), loadAnywayCommand, 'workbench.action.openSettings']).toContain(command);
    }
    expect(isProblemActionId('retry')).toBe(true);
    expect(isProblemActionId('toString')).toBe(false);
  });
});

describe('chatTexts', () => {
  const texts = chatTexts();

  it('notes cut attachments, dropped turns and why the answer ended', () => {
    const cuts = [{ block: 'file', label: 'src/a.ts', shownLines: 1000, totalLines: 2500 }] as const;
    expect(texts.notes({ droppedTurns: 0, cuts: [] })).toEqual([]);
    expect(texts.notes({ droppedTurns: 0, cuts, stop: 'end' })).toEqual([
      'src/a.ts did not fit the context: the model saw 1,000 of 2,500 lines.',
    ]);
    expect(texts.notes({ droppedTurns: 3, cuts: [], stop: 'maxTokens' })).toHaveLength(2);
    expect(texts.notes({ droppedTurns: 1, cuts: [], stop: 'contextFull' })).toHaveLength(2);
    expect(texts.notes({ droppedTurns: 0, cuts: [], stop: 'cancelled' })).toEqual([]);
  });

  it.each(['file', 'selection', 'terminal', 'changes'] as const)('notes that no line of an unnamed %s was seen whole', (block) => {
    const note = (totalLines: number): string | undefined =>
      texts.notes({ droppedTurns: 0, cuts: [{ block, label: '', shownLines: 0, totalLines }], stop: 'end' })[0];
    expect(note(1)).toMatch(/^\w[\w ]+ did not fit the context: the model saw at most the beginning of its one line\.$/);
    expect(note(40)).toMatch(/at most the beginning of one of its 40 lines\.$/);
  });

  it('forecasts which questions and attachments will not fit', () => {
    expect(texts.dropped(1, 'Why?')).toBe('To fit the context, the oldest question will be left out: “Why?”.');
    expect(texts.dropped(1200, 'Why?')).toContain('the 1,200 oldest questions will be left out, up to “Why?”');
    expect(texts.cut('a.ts', 1638, 9000, false)).toBe('a.ts will be cut: about 1,638 of its 9,000 tokens fit the context.');
    expect(texts.cut('a.ts', 1638, 9000, true)).toBe('a.ts will be cut: about 1,638 of about 9,000 tokens fit the context.');
    expect([texts.source('problems', 'a.ts'), texts.source('problems', undefined)]).toEqual([
      'Problems in a.ts',
      'Problems in the workspace',
    ]);
  });

  it('says that no model is loaded', () => {
    expect(texts.engine({ kind: 'stopped' }).label).toBe('The model is not loaded');
  });

  it('offers a restart for a failed engine', () => {
    for (const error of errors) {
      const { problem } = texts.engine({ kind: 'failed', generation: 1, error });
      const ids = problem?.actions.map(({ id }) => id) ?? [];
      expect(ids).toContain('restartEngine');
      expect(ids).not.toContain('retry');
    }
    expect(texts.engine({ kind: 'loading', generation: 1, path: '/models/a.gguf', fraction: 0.5 })).toEqual({
      kind: 'loading',
      label: 'Loading a.gguf…',
      fraction: 0.5,
    });
  });
});

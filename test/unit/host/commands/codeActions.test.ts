import { describe, expect, it } from 'vitest';
import { PaddockCodeActions } from '../../../../src/host/commands/codeActions';
import { FakeDocument } from '../../../fixtures/vscode/fakeDocument';
import { Range } from '../../../fixtures/vscode/positions';

function actions(range: Range, diagnostics: readonly { severity: number; message: string; range: Range }[] = [], path = '/project/a.ts') {
  const document = new FakeDocument('one\ntwo', path);
  return new PaddockCodeActions()
    .provideCodeActions(document, range, { diagnostics, triggerKind: 1, only: undefined })
    .map(({ title, kind, command }) => ({ title, kind: kind?.value, command: command?.command, args: command?.arguments }));
}

describe('the light bulb', () => {
  it('offers a fix where a problem is reported, for that place', () => {
    const range = new Range(1, 0, 1, 0);
    const found = actions(range, [{ severity: 0, message: 'bad', range }]);
    expect(found).toMatchObject([{ title: 'Fix with Paddock', kind: 'quickfix', command: 'paddock.fixSelection' }]);
    expect(found[0]?.args?.[1]).toBe(range);
  });

  it('offers no fix for a hint, and nothing without a selection', () => {
    expect(actions(new Range(1, 0, 1, 0), [{ severity: 3, message: 'unused', range: new Range(1, 0, 1, 0) }])).toEqual([]);
  });

  it('offers what can be done with a selection', () => {
    expect(actions(new Range(0, 0, 1, 2)).map(({ kind, command }) => `${kind} ${command}`)).toEqual([
      'refactor.rewrite paddock.refactorSelection',
      'refactor.rewrite paddock.inlineEdit',
      'refactor.paddock paddock.explainSelection',
    ]);
  });
});

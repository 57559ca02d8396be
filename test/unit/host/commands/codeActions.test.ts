import { describe, expect, it } from 'vitest';
import { PaddockCodeActions } from '../../../../src/host/commands/codeActions';
import { FakeDocument } from '../../../fixtures/vscode/fakeDocument';
import { Range } from '../../../fixtures/vscode/positions';
import { CodeActionTriggerKind, Diagnostic, DiagnosticSeverity } from '../../../fixtures/vscode/vscodeTypes';

function actions(range: Range, diagnostics: readonly Diagnostic[] = [], path = '/project/a.ts') {
  const document = new FakeDocument('one\ntwo', path);
  return new PaddockCodeActions()
    .provideCodeActions(document, range, { diagnostics, triggerKind: CodeActionTriggerKind.Invoke, only: undefined })
    .map(({ title, kind, command }) => ({ title, kind: kind?.value, command: command?.command, args: command?.arguments }));
}

describe('PaddockCodeActions', () => {
  it('offers a fix for the range of a reported problem', () => {
    const range = new Range(1, 0, 1, 0);
    const found = actions(range, [new Diagnostic(range, 'bad', DiagnosticSeverity.Error)]);
    expect(found).toMatchObject([{ title: 'Fix with Paddock', kind: 'quickfix', command: 'paddock.fixSelection' }]);
    expect(found[0]?.args?.[1]).toBe(range);
  });

  it('offers nothing for a hint without a selection', () => {
    expect(actions(new Range(1, 0, 1, 0), [new Diagnostic(new Range(1, 0, 1, 0), 'unused', DiagnosticSeverity.Hint)])).toEqual([]);
  });

  it('offers refactor, edit and explain for a selection', () => {
    expect(actions(new Range(0, 0, 1, 2)).map(({ kind, command }) => `${kind} ${command}`)).toEqual([
      'refactor.rewrite paddock.refactorSelection',
      'refactor.rewrite paddock.inlineEdit',
      'refactor.paddock paddock.explainSelection',
    ]);
  });
});

import * as vscode from 'vscode';
import type { ReportedProblem } from '../../../contract/context';

/**
 * Errors and warnings of a document, the worst first: those at `place`, the cursor or the selection; where there are none, those of all of
 * `range`.
 */
export function reportedProblems(document: vscode.TextDocument, place: vscode.Range, range: vscode.Range): readonly ReportedProblem[] {
  const all = vscode.languages
    .getDiagnostics(document.uri)
    .filter(({ severity }) => severity <= vscode.DiagnosticSeverity.Warning)
    .sort((a, b) => a.severity - b.severity || a.range.start.compareTo(b.range.start));
  const within = (part: vscode.Range): readonly vscode.Diagnostic[] => all.filter((each) => each.range.intersection(part) !== undefined);
  const near = within(place);
  return (near.length > 0 ? near : within(range)).map((each) => ({ line: each.range.start.line + 1, message: each.message }));
}

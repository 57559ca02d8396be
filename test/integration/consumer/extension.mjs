import { lm } from 'vscode';

/** Language models as VS Code gives them to this extension. */
export function activate() {
  return { lm };
}

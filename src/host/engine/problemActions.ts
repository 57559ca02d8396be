import { commandIds } from '../services/commands';

/** Every button an engine problem may offer. */
export const problemActionIds = ['retry', 'restartEngine', 'chooseModelFile', 'useEmbeddedModel', 'showLog', 'openSettings'] as const;

export type ProblemActionId = (typeof problemActionIds)[number];

/** A command of VS Code with its arguments. */
export interface ProblemCommand {
  readonly command: string;
  readonly args: readonly unknown[];
}

/** Narrows an id that came from outside. */
export function isProblemActionId(id: string): id is ProblemActionId {
  return (problemActionIds as readonly string[]).includes(id);
}

/** What a button does; `retry` belongs to whoever made the request. */
export function commandOf(id: Exclude<ProblemActionId, 'retry'>): ProblemCommand {
  return id === 'openSettings'
    ? { command: 'workbench.action.openSettings', args: ['@ext:paddock.paddock'] }
    : { command: commandIds[id], args: [] };
}

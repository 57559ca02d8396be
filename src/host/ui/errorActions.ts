import { commandIds } from '../services/commandIds';

/** Every button an engine problem may offer. */
export const problemActionIds = [
  'retry',
  'restartEngine',
  'loadAnyway',
  'chooseModel',
  'chooseModelFile',
  'useEmbeddedModel',
  'configureEndpoint',
  'setEndpointKey',
  'turnOffEndpoint',
  'showLog',
  'openSettings',
] as const;

export type ProblemActionId = (typeof problemActionIds)[number];

/** Loads the model that did not fit. Internal: package.json does not contribute it, as it does something only behind that problem. */
export const loadAnywayCommand = 'paddock.loadAnyway';

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
  switch (id) {
    case 'openSettings':
      return { command: 'workbench.action.openSettings', args: ['@ext:paddock.paddock'] };
    case 'loadAnyway':
      return { command: loadAnywayCommand, args: [] };
    default:
      return { command: commandIds[id], args: [] };
  }
}

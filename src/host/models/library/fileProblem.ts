import type { EngineErrorData } from '../../../contract/engineErrors';
import { lookAtModel } from './modelSize';

/** Says what is wrong with a model's files at their very beginning, before a setting names it; the worker looks at the rest. */
export async function fileProblem(path: string): Promise<EngineErrorData | undefined> {
  const files = await lookAtModel(path);
  return files.kind === 'unusable' ? files.error : undefined;
}

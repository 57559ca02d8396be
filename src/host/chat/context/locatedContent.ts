import type { ContextBlock, FileBlock, UserContent } from '../../../contract/context';
/** Contents of questions with the URIs of the files they are from. The host keeps the URIs and does not send them to a model. */

export interface Located {
  /** A path says which file was attached only within one folder of the workspace. */
  readonly uri?: string;
}

export type LocatedBlock = ContextBlock & Located;

export interface LocatedContent extends UserContent {
  readonly file?: FileBlock & Located;
  readonly context?: readonly LocatedBlock[];
}

/** `content` as it is told to the model. */
export function withoutPlaces({ file, context, ...rest }: LocatedContent): UserContent {
  return { ...rest, ...(file && { file: withoutUri(file) }), ...(context && { context: context.map(withoutUri) }) };
}

function withoutUri<T extends Located>(located: T): T {
  const copy: T & { uri?: string } = { ...located };
  delete copy.uri;
  return copy;
}

/**
 * What VS Code runs when a suggestion is accepted, with {@link Accepted} as its argument, and the context key this sets, for which the
 * walkthrough waits. The command is internal: package.json does not contribute it.
 */
export const acceptedCommand = 'paddock.suggestionAccepted';

/** The suggestion that was taken. */
export interface Accepted {
  readonly characters: number;
  readonly oneLine: boolean;
}

/**
 * What VS Code runs when a suggestion is accepted, and the context key this sets, for which the walkthrough waits. The command is
 * internal: package.json does not contribute it.
 */
export const acceptedCommand = 'paddock.suggestionAccepted';

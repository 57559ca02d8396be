/** A message that begins with one of the commands: its name, and the words typed behind it, empty for none. */
export interface SlashMessage<Name extends string> {
  readonly name: Name;
  readonly words: string;
}

/** Reads a message that begins with `/` and one of `names`, in any case; `undefined` for every other message, which is plain text. */
export function parseSlash<Name extends string>(text: string, names: readonly Name[]): SlashMessage<Name> | undefined {
  const [, typed, words] = /^\s*\/(\w+)(?:\s+([^]*))?$/.exec(text) ?? [];
  const name = names.find((each) => each === typed?.toLowerCase());
  return name === undefined ? undefined : { name, words: (words ?? '').trim() };
}

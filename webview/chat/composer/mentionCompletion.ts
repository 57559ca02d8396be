/** Completes mentions in the draft: `#` and something to attach, or `/` and a command. Pure functions. */
import type { SlashCommandView, SuggestionView } from '../../../src/contract/webview/chatMessages';

/** A `#` or `/` before the caret, with the text typed behind it. */
export interface Trigger {
  readonly kind: 'context' | 'command';
  /** Offset of the mark. */
  readonly start: number;
  /** Offset of the caret. */
  readonly end: number;
  /** The text without the mark. */
  readonly query: string;
}

export interface Choice {
  readonly id: string;
  readonly icon: SuggestionView['kind'] | 'command';
  readonly label: string;
  readonly detail: string;
  /** As in {@link SuggestionView}. */
  readonly insert?: string;
}

/** An open list of choices. */
export interface Completion extends Trigger {
  /** Number of the `suggest` request. The host's answer has the same number. */
  readonly request: number;
  /** Whether the host has answered. */
  readonly known: boolean;
  readonly choices: readonly Choice[];
  /** Index of the line that Enter takes. */
  readonly active: number;
}

/** Finds the mark that the caret stands behind. */
export function findTrigger(text: string, caret: number): Trigger | undefined {
  const before = text.slice(0, caret);
  const command = /^\/(\w*)$/u.exec(before);
  if (command !== null) return { kind: 'command', start: 0, end: caret, query: command[1] ?? '' };
  const [mark, query] = /(?<!\S)#([^\s#]*)$/u.exec(before) ?? [];
  // A number after `#` is an issue, not a file.
  if (mark === undefined || query === undefined || /^\d+$/u.test(query)) return undefined;
  return { kind: 'context', start: caret - mark.length, end: caret, query };
}

/** Returns the list for `trigger`, given the list `before` that is open now, or the same object if nothing changed. */
export function completionFor(
  trigger: Trigger | undefined,
  before: Completion | undefined,
  commands: readonly SlashCommandView[],
  nextRequest: number,
): Completion | undefined {
  if (trigger === undefined) return undefined;
  const same = before?.kind === trigger.kind && before.start === trigger.start;
  if (same && before.query === trigger.query) return before;
  if (trigger.kind === 'command') {
    const choices = findCommands(commands, trigger.query);
    return choices.length === 0 ? undefined : { ...trigger, request: 0, known: true, choices, active: 0 };
  }
  // Keeps the old lines until the host answers: a list that disappears and returns with each key cannot be read.
  return { ...trigger, request: nextRequest, known: false, choices: same ? before.choices : [], active: 0 };
}

/** Puts the host's suggestions into the list. Ignores the answer to an earlier request. */
export function withSuggestions(
  completion: Completion | undefined,
  request: number,
  items: readonly SuggestionView[],
): Completion | undefined {
  if (completion?.kind !== 'context' || completion.request !== request) return completion;
  return { ...completion, known: true, choices: items.map(({ kind, ...rest }) => ({ icon: kind, ...rest })), active: 0 };
}

/** Moves the active line down by `by` lines, and around at the ends. */
export function moveActiveLine(completion: Completion, by: number): Completion {
  const { length } = completion.choices;
  return length === 0 ? completion : { ...completion, active: (completion.active + by + length) % length };
}

/** Returns the draft with `choice` in place of what was typed, and the offset of the caret. */
export function applyChoice(text: string, completion: Completion, choice: Choice): { readonly text: string; readonly caret: number } {
  const head = text.slice(0, completion.start);
  const tail = text.slice(completion.end);
  if (completion.kind === 'command') {
    const command = `${choice.label} `;
    return { text: command + tail.trimStart(), caret: command.length };
  }
  if (choice.insert !== undefined) return { text: `${head}#${choice.insert}${tail}`, caret: head.length + 1 + choice.insert.length };
  // The attachment is a chip now and leaves the text. One of the two spaces around it goes too.
  const rest = head === '' || /\s$/u.test(head) ? tail.replace(/^[ \t]/u, '') : tail;
  return { text: head + rest, caret: head.length };
}

function findCommands(commands: readonly SlashCommandView[], query: string): readonly Choice[] {
  return commands
    .filter(({ name }) => name.startsWith(query.toLowerCase()))
    .map(({ name, description }) => ({ id: name, icon: 'command', label: `/${name}`, detail: description }));
}

/** What may be completed in the draft: `#` and what is to be attached, or `/` and a command. Pure. */
import type { SlashCommandView, SuggestionView } from '../../../src/contract/webview/chatMessages';

/** A mark before the caret with what was typed behind it. */
export interface Trigger {
  readonly kind: 'context' | 'command';
  /** Where the mark stands, and where the caret does. */
  readonly start: number;
  readonly end: number;
  /** Without the mark. */
  readonly query: string;
}

/** A line of the list. */
export interface Choice {
  readonly id: string;
  readonly icon: SuggestionView['kind'] | 'command';
  readonly label: string;
  readonly detail: string;
  /** As in {@link SuggestionView}. */
  readonly insert?: string;
}

/** The list that is open. */
export interface Completion extends Trigger {
  /** Number of the question to the host; its answer has the same. */
  readonly request: number;
  /** Whether the host has answered. */
  readonly known: boolean;
  readonly choices: readonly Choice[];
  /** Index of the line that Enter takes. */
  readonly active: number;
}

/** What stands before the caret that something can be offered for. */
export function triggerAt(text: string, caret: number): Trigger | undefined {
  const before = text.slice(0, caret);
  const command = /^\/(\w*)$/u.exec(before);
  if (command !== null) return { kind: 'command', start: 0, end: caret, query: command[1] ?? '' };
  const [mark, query] = /(?<!\S)#([^\s#]*)$/u.exec(before) ?? [];
  // The number of an issue is no file.
  if (mark === undefined || query === undefined || /^\d+$/u.test(query)) return undefined;
  return { kind: 'context', start: caret - mark.length, end: caret, query };
}

/** The list for `trigger`, where `before` is the one open until now; the same object where nothing changed. */
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
    const choices = commandChoices(commands, trigger.query);
    return choices.length === 0 ? undefined : { ...trigger, request: 0, known: true, choices, active: 0 };
  }
  // Until the host answers, the lines stay that were there: a list that goes and comes with each key cannot be read.
  return { ...trigger, request: nextRequest, known: false, choices: same ? before.choices : [], active: 0 };
}

/** The list with what the host found; the same object where that is the answer to another question. */
export function withSuggestions(
  completion: Completion | undefined,
  request: number,
  items: readonly SuggestionView[],
): Completion | undefined {
  if (completion?.kind !== 'context' || completion.request !== request) return completion;
  return { ...completion, known: true, choices: items.map(({ kind, ...rest }) => ({ icon: kind, ...rest })), active: 0 };
}

/** The list with another line active, `by` further; around at the ends. */
export function moved(completion: Completion, by: number): Completion {
  const { length } = completion.choices;
  return length === 0 ? completion : { ...completion, active: (completion.active + by + length) % length };
}

/** The draft after `choice` was taken, and where the caret is then. */
export function taken(text: string, completion: Completion, choice: Choice): { readonly text: string; readonly caret: number } {
  const head = text.slice(0, completion.start);
  const tail = text.slice(completion.end);
  if (completion.kind === 'command') {
    const command = `${choice.label} `;
    return { text: command + tail.trimStart(), caret: command.length };
  }
  if (choice.insert !== undefined) return { text: `${head}#${choice.insert}${tail}`, caret: head.length + 1 + choice.insert.length };
  // What was attached is a chip now; of the two spaces around it one is left.
  const rest = head === '' || /\s$/u.test(head) ? tail.replace(/^[ \t]/u, '') : tail;
  return { text: head + rest, caret: head.length };
}

function commandChoices(commands: readonly SlashCommandView[], query: string): readonly Choice[] {
  return commands
    .filter(({ name }) => name.startsWith(query.toLowerCase()))
    .map(({ name, description }) => ({ id: name, icon: 'command', label: `/${name}`, detail: description }));
}

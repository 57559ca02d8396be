/** What the chat's benchmark streams and has in its conversations. */

/** Tokens of a long answer: words that carry their number, so that a picture of the page says which of them it shows. */
export function numberedTokens(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${separator(index, count)}n${String(index)}`);
}

/** Prose, a list, one long open block of code (the worst there is for a view), a table, prose. */
function separator(index: number, count: number): string {
  const at = index / count;
  if (at < 0.1) return index % 40 === 0 ? '\n\n' : ' ';
  if (at < 0.2) return index % 8 === 0 ? `\n- **item** ` : ' ';
  if (at < 0.8) return code(index, Math.ceil(count * 0.2));
  if (at < 0.9) return table(index, Math.ceil(count * 0.8));
  if (index === Math.ceil(count * 0.9)) return '\n\nAfter it ';
  return index % 40 === 0 ? '\n\n' : ' ';
}

function code(index: number, first: number): string {
  if (index === first) return '\n\n```ts\nconst ';
  const line = ['\nconst ', ' = compute(', ", 'text', ", '); // ', ' '];
  return line[(index - first) % line.length] ?? ' ';
}

function table(index: number, first: number): string {
  if (index === first) return '\n```\n\n| a | b |\n|---|---|\n| ';
  return (index - first) % 2 === 0 ? ' |\n| ' : ' | ';
}

/** An answer as models give them: two paragraphs, a list, a block of code. */
export function usualAnswer(index: number): string {
  const n = String(index);
  return [
    `To do this, walk over the entries of \`items${n}\` and keep those that **match**; each is looked at once, so the cost is linear.`,
    `1. Read the file.\n2. Split it into lines.\n3. Keep the lines that contain the word, and count them.`,
    ['```ts', `export function count${n}(text: string, word: string): number {`, ...body(), '}', '```'].join('\n'),
    `It returns \`0\` for an empty text. See [the manual](https://example.com/${n}) for the details of \`split\` and of regular expressions.`,
  ].join('\n\n');
}

function body(): readonly string[] {
  return [
    '  let found = 0;',
    "  for (const line of text.split('\\n')) {",
    '    // Words, not parts of words.',
    '    if (new RegExp(`\\\\b${word}\\\\b`).test(line)) found += 1;',
    '  }',
    '  return found;',
  ];
}

type Fields = Readonly<Record<string, unknown>>;

/** As much of a conversation on disk as is known here. */
interface StoredConversation extends Fields {
  readonly turns: readonly Fields[];
}

/** A record like `model`, which Paddock has written itself, with `count` turns. */
export function longRecord(
  model: StoredConversation,
  { id, title, count }: { readonly id: string; readonly title: string; readonly count: number },
): StoredConversation {
  const [first] = model.turns;
  if (first === undefined) throw new Error('The record has no turn to make others of.');
  const turns = Array.from({ length: count }, (_, index) => ({
    ...first,
    id: `${id}-${String(index)}`,
    ...(index === 0 ? {} : { parent: `${id}-${String(index - 1)}` }),
    user: { text: `How do I count the words in file number ${String(index)}?` },
    answer: usualAnswer(index),
    tokens: Array.from({ length: 250 }, (_unused, token) => token * 7),
  }));
  return { ...model, id, title, turns, shown: {} };
}

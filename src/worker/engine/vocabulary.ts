/** The texts of a vocabulary's tokens, by which those are found that go on with a text. Read when first wanted, as there are tens of thousands. */
export class Vocabulary {
  private index: Index | undefined;

  /**
   * @param list ids of all tokens
   * @param readText text of a token as it stands behind another one; empty for tokens that are no text
   */
  constructor(
    private readonly list: () => readonly number[],
    private readonly readText: (token: number) => string,
  ) {}

  textOf(token: number): string {
    return this.read().texts.get(token) ?? '';
  }

  /** The tokens by which an answer that has to begin with `text` can begin: their text begins with it, or is its beginning. */
  beginning(text: string): readonly number[] {
    const { sorted, byText } = this.read();
    const found: number[] = [];
    for (let length = 1; length < text.length; length++) found.push(...(byText.get(text.slice(0, length)) ?? []));
    for (let at = firstFrom(sorted, text); sorted[at]?.text.startsWith(text) === true; at++) found.push(sorted[at]?.token ?? 0);
    return found;
  }

  private read(): Index {
    this.index ??= indexOf(new Map(this.list().map((token) => [token, this.readText(token)])));
    return this.index;
  }
}

interface Entry {
  readonly text: string;
  readonly token: number;
}

interface Index {
  readonly texts: ReadonlyMap<number, string>;
  readonly sorted: readonly Entry[];
  readonly byText: ReadonlyMap<string, readonly number[]>;
}

function indexOf(texts: ReadonlyMap<number, string>): Index {
  // Part of a character is no text that could be compared.
  const entries = Array.from(texts, ([token, text]) => ({ text, token })).filter(({ text }) => text !== '' && !text.includes('\uFFFD'));
  const byText = new Map<string, number[]>();
  for (const { text, token } of entries) {
    const same = byText.get(text);
    if (same) same.push(token);
    else byText.set(text, [token]);
  }
  return { texts, byText, sorted: entries.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : a.token - b.token)) };
}

/** Index of the first entry whose text is not before `text`. */
function firstFrom(sorted: readonly Entry[], text: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.text ?? '') < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What an answer has to begin with. */
export interface Beginning {
  readonly text: string;
  readonly vocabulary: Pick<Vocabulary, 'textOf' | 'beginning'>;
}

/** What of a beginning is still to come after some tokens; `undefined` when they say something else. */
export function dueAfter({ text, vocabulary }: Beginning, tokens: readonly number[]): string | undefined {
  let due = text;
  for (const token of tokens) {
    if (due === '') return due;
    const own = vocabulary.textOf(token);
    if (own.startsWith(due)) return '';
    if (own === '' || !due.startsWith(own)) return undefined;
    due = due.slice(own.length);
  }
  return due;
}

/** The texts of a vocabulary's tokens, by which those are found that go on with a text. Read when first wanted, as there are tens of thousands. */
export class Vocabulary {
  private known: ReadonlyMap<number, string> | undefined;

  /** @param read the text of each token as it stands behind another one; empty for tokens that are no text */
  constructor(private readonly read: () => ReadonlyMap<number, string>) {}

  textOf(token: number): string {
    return this.texts.get(token) ?? '';
  }

  /** The tokens by which an answer that has to begin with `text` can begin: their text begins with it, or is its beginning. */
  beginning(text: string): readonly number[] {
    const found: number[] = [];
    for (const [token, own] of this.texts) if (goesWith(own, text)) found.push(token);
    return found;
  }

  /** Whether an answer that has to begin with `text` can begin with a token. */
  canBegin(token: number, text: string): boolean {
    return goesWith(this.textOf(token), text);
  }

  private get texts(): ReadonlyMap<number, string> {
    return (this.known ??= this.read());
  }
}

function goesWith(own: string, text: string): boolean {
  // Part of a character is no text that could be compared.
  return own !== '' && (own.startsWith(text) || (text.startsWith(own) && !own.includes('\uFFFD')));
}

/** What an answer has to begin with. */
export interface Beginning {
  readonly text: string;
  readonly vocabulary: Pick<Vocabulary, 'textOf' | 'beginning' | 'canBegin'>;
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

import llamaTokenizer from 'llama-tokenizer-js';
import type { FimTokens, PromptTokenizer } from '../../../src/prompt/promptTypes';

export const LLAMA_FINGERPRINT = 'golden';

/** Llama 2's tokenizer as the code under test sees a loaded model's, over llama-tokenizer-js. `controls` get ids above the vocabulary. */
export function llamaTokenizerWith(controls: readonly string[] = [], fim?: FimTokens): PromptTokenizer {
  const ids = new Map(controls.map((text, index) => [text, 32_000 + index]));
  ids.set('<s>', 1).set('</s>', 2);
  return {
    fingerprint: LLAMA_FINGERPRINT,
    bos: 1,
    eos: 2,
    fim,
    encode: (text) => llamaTokenizer.encode(text, false),
    encodeInside: (text) => llamaTokenizer.encode(text, false, false),
    encodeTemplate: (text) =>
      splitAtControls(text, [...ids.keys()]).flatMap((part) => {
        const id = ids.get(part);
        return id === undefined ? llamaTokenizer.encode(part, false) : [id];
      }),
  };
}

/**
 * One token a word, a run of white space, or another character, so that expectations can be read: `decode` gives the text back, with
 * control tokens in double angle brackets. As in byte-level vocabularies a space joins the word behind it, and how a run of white
 * space is split depends on what follows.
 */
export class WordTokenizer implements PromptTokenizer {
  readonly fingerprint = 'words';
  readonly bos: number | undefined;
  readonly eos: number | undefined;
  readonly fim: FimTokens | undefined;
  private readonly pieces: string[] = [];
  private readonly ids = new Map<string, number>();

  constructor(
    private readonly controls: readonly string[] = [],
    special: { readonly bos?: string; readonly eos?: string; readonly fim?: boolean } = {},
  ) {
    this.bos = special.bos === undefined ? undefined : this.id(`<${special.bos}>`);
    const mark = (name: string): number => this.id(`<${name}>`);
    this.fim = special.fim === true ? { prefix: mark('PRE'), suffix: mark('SUF'), middle: mark('MID'), order: 'suffixFirst' } : undefined;
    this.eos = special.eos === undefined ? undefined : this.id(`<${special.eos}>`);
  }

  encode(text: string): readonly number[] {
    return (text.match(/ ?\p{L}+|\s+(?=\p{N}|$)|\s+(?!\S)|[^]/gu) ?? []).map((piece) => this.id(piece));
  }

  readonly encodeInside = (text: string): readonly number[] => this.encode(text);

  encodeTemplate(text: string): readonly number[] {
    return splitAtControls(text, this.controls).flatMap((part) =>
      this.controls.includes(part) ? [this.id(`<${part}>`)] : this.encode(part),
    );
  }

  decode(tokens: readonly number[]): string {
    return tokens.map((id) => this.pieces[id] ?? `{${id}}`).join('');
  }

  private id(piece: string): number {
    const id = this.ids.get(piece) ?? this.pieces.push(piece) - 1;
    this.ids.set(piece, id);
    return id;
  }
}

function splitAtControls(text: string, controls: readonly string[]): string[] {
  if (controls.length === 0) return [text];
  const alternatives = controls.map((control) => control.replace(/[|\\{}()[\]^$+*?.]/g, '\\$&')).join('|');
  return text.split(new RegExp(`(${alternatives})`)).filter((part) => part !== '');
}

import type { LlamaModel, LlamaVocabularyType, Token } from 'node-llama-cpp';
import { append } from '../../util/lists';
import type { Detokenize } from '../text/textStream';
import { tokenTexts } from './libraryMetadata';

/**
 * Turns token ids into exactly the text they stand for. Control tokens have no text.
 *
 * A BPE vocabulary's tokens are decoded here, by the texts in the GGUF, and not by the library. It calls `llama_detokenize`, which tidies the
 * text of many vocabularies (Llama 3, StarCoder, GPT-2, Falcon, Gemma 4) as if it were English prose: it removes a space before `?`, `!`,
 * `.`, `,`, and before `'s`, `'m`, `'re` and `'ve`. That turns `a != b` into `a!= b`, `ls ..` into `ls..`, and `key: !tag` into `key:!tag`.
 * It also writes `[UNK_BYTE_0xf09f9880😀]` for the 1,400 emoji of Command R's vocabulary, as they are written in plain UTF-8. llama.cpp's
 * server joins the pieces of single tokens (`token_to_piece`) instead, which tidies nothing.
 */
export function createDetokenizer(model: LlamaModel): Detokenize {
  if (!hasBpeVocabulary(model)) return (tokens, previous) => model.detokenize(tokens as Token[], false, previous as Token[]);
  const texts = tokenTexts(model.fileInfo.metadata);
  const hasMarks = writesSpacesAsMarks(model, texts);
  const toBytes = (token: number): Uint8Array => {
    const { control, unknown, userDefined, byte, normal } = model.getTokenAttributes(token as Token);
    const text = texts[token];
    if (text === undefined || control || unknown) return NO_BYTES;
    if (userDefined) return Buffer.from(text);
    if (normal) return hasMarks ? Buffer.from(text.replaceAll(SPACE_MARK, ' ')) : fromByteLevel(text);
    return byte ? fromByteToken(text) : NO_BYTES;
  };
  // A character's bytes may be split over tokens, so bytes are joined before they are decoded.
  return (tokens) => Buffer.concat(tokens.map(toBytes)).toString();
}

export function hasBpeVocabulary({ vocabularyType }: LlamaModel): boolean {
  const type: `${LlamaVocabularyType}` = vocabularyType;
  return type === 'bpe';
}

const NO_BYTES = new Uint8Array();
/** Stands for a space in vocabularies that were made by SentencePiece: U+2581. */
const SPACE_MARK = '\u2581';

/** Gemma 4 has a BPE vocabulary whose texts are plain UTF-8 with marks for spaces; all others write bytes as letters, see {@link BYTES}. */
function writesSpacesAsMarks(model: LlamaModel, texts: readonly string[]): boolean {
  return model.tokenize('a b', false).some((token) => texts[token]?.includes(SPACE_MARK) === true);
}

/** `<0x0A>` is the byte 10. */
function fromByteToken(text: string): Uint8Array {
  const hex = /^<0x([0-9A-Fa-f]{2})>$/.exec(text)?.[1];
  return hex === undefined ? fromByteLevel(text) : Uint8Array.of(Number.parseInt(hex, 16));
}

function fromByteLevel(text: string): Uint8Array {
  // Most tokens are ASCII with a space in front, and a whole vocabulary is read at once.
  if (PLAIN.test(text)) return Buffer.from(text.replaceAll(SPACE_LETTER, ' '), 'latin1');
  const bytes: number[] = [];
  for (const letter of text) {
    const byte = BYTES.get(letter);
    if (byte === undefined) append(bytes, Buffer.from(letter));
    else bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

/**
 * The letter by which GPT-2's vocabulary, and every byte-level BPE since, writes each byte: a printable Latin-1 character stands for itself,
 * the others follow from U+0100 on (`bytes_to_unicode` in openai/gpt-2's encoder.py).
 */
const BYTES: ReadonlyMap<string, number> = new Map(byteLetters());

/** The letter of the byte 0x20. */
const SPACE_LETTER = '\u0120';
const PLAIN = /^[!-~\u0120]*$/;

function byteLetters(): [string, number][] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return [String.fromCharCode(isPrintable ? byte : next++), byte];
  });
}

import type { GgufFileInfo } from 'node-llama-cpp';

type Metadata = GgufFileInfo['metadata'];

/**
 * Reads a key of a file from the library's metadata, which holds keys in sections. Where a file has a key called as a section, such as
 * `tokenizer.ggml`, the library joins the names of that section and of the keys in it; the types do not say so.
 */
export function readKey(metadata: Metadata, key: string): unknown {
  return findKey(metadata, key);
}

function findKey(section: unknown, key: string): unknown {
  if (typeof section !== 'object' || section === null) return undefined;
  const entries = section as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(entries, key)) return entries[key];
  for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
    const name = key.slice(0, dot);
    const found = Object.hasOwn(entries, name) ? findKey(entries[name], key.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The texts of a vocabulary's tokens by their ids, as the file spells them. */
export function tokenTexts(metadata: Metadata): readonly string[] {
  const tokens = readKey(metadata, 'tokenizer.ggml.tokens');
  return Array.isArray(tokens) ? (tokens as readonly string[]) : [];
}

/** The file's chat template; undefined where it has none, or one that is empty or no text. */
export function readChatTemplate(metadata: Metadata): string | undefined {
  const source = readKey(metadata, 'tokenizer.chat_template');
  return typeof source === 'string' && source.trim() !== '' ? source : undefined;
}

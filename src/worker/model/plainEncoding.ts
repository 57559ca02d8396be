import type { LlamaModel, Token } from 'node-llama-cpp';
import { readChatTemplate, tokenTexts } from './libraryMetadata';

type Encode = (text: string) => readonly number[];

/** Looks like markup: `<|channel|>`, `</think>`, `[TOOL_CALLS]`. The look-ahead finds one within another. */
const MARKUP = /(?=(<[^<>\s]{1,64}>|\[[^[\]\s]{1,64}\]))[<[]/g;
const WHOLE_MARKUP = /^(?:<[^<>\s]{1,64}>|\[[^[\]\s]{1,64}\])$/;
/** A bar inside the bracket (`<|User|>`, `<|tool_call>`, `<channel|>`) marks what no document is written in. */
const BARRED = /^<[|｜]|[|｜]>$/;

/**
 * The texts of a model's markup that llama.cpp would also find in plain text. It ignores control tokens there, but not user-defined ones, and
 * many models' marks of turns, channels and tool calls are such: `<|User|>` of DeepSeek Coder, `<|channel|>` of gpt-oss, `<|tool_call>` of
 * Gemma 4, `<think>` of Qwen 3. A document with such a text in it could end a turn and begin another. Other user-defined tokens, such as runs
 * of spaces and HTML tags, are plain text, which models were trained to read as these tokens.
 */
export function findMarkup(model: LlamaModel): ReadonlySet<string> {
  const { metadata } = model.fileInfo;
  const template = readChatTemplate(metadata) ?? '';
  const isMarkup = (text: string): boolean => BARRED.test(text) || template.includes(text);
  const found = [...tokenTexts(metadata).entries()].filter(
    ([token, text]) => WHOLE_MARKUP.test(text) && isMarkup(text) && model.getTokenAttributes(token as Token).userDefined,
  );
  return new Set(found.map(([, text]) => text));
}

/**
 * Encodes a text so that no part of it becomes one of the tokens of `markup`. Such a text is encoded in two pieces, of which neither is one.
 * @param encodeRest encodes a piece that follows another one
 */
export function encodePlain(text: string, markup: ReadonlySet<string>, encode: Encode, encodeRest: Encode): readonly number[] {
  if (markup.size === 0) return encode(text);
  const cuts = [...text.matchAll(MARKUP)].flatMap(({ index, 1: whole }) => (whole !== undefined && markup.has(whole) ? [index + 1] : []));
  if (cuts.length === 0) return encode(text);
  return [0, ...cuts].flatMap((start, index) => (index === 0 ? encode : encodeRest)(text.slice(start, cuts[index])));
}

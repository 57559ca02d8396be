import { append } from '../../util/lists';
import { type Run } from '../chat/chatLayout';
import type { PromptTokenizer } from '../promptTypes';

/**
 * A template's own text as plain beginning, middle with control tokens, and plain end. The plain ends are tokenised together with the
 * contents beside them, as in the model's training: `[INST] ` and `hello` apart are one token more than `[INST] hello`. A split is
 * taken only where it leaves the text's own tokens as they are.
 */
export function splitControl(text: string, tokenizer: PromptTokenizer): readonly Run[] {
  if (text === '') return [];
  if (isPlain(text, tokenizer)) return [{ kind: 'text', text }];
  const end = plainEnd(text, tokenizer);
  const start = plainBeginning(text.slice(0, end), tokenizer);
  const runs: Run[] = [
    { kind: 'text', text: text.slice(0, start) },
    { kind: 'control', text: text.slice(start, end) },
    { kind: 'text', text: text.slice(end) },
  ];
  return runs.filter((run) => run.kind === 'ids' || run.text !== '');
}

/** Where the plain end begins; `text.length` for none. Control tokens end in a bracket in every vocabulary known. */
function plainEnd(text: string, tokenizer: PromptTokenizer): number {
  const whole = tokenizer.encodeTemplate(text);
  for (const match of text.matchAll(/[>\]}]/g)) {
    const at = match.index + 1;
    const tail = text.slice(at);
    if (isPlain(tail, tokenizer) && isJoin(whole, tokenizer.encodeTemplate(text.slice(0, at)), tokenizer.encode(tail))) return at;
  }
  return text.length;
}

/** Where the plain beginning ends; 0 for none. */
function plainBeginning(text: string, tokenizer: PromptTokenizer): number {
  const whole = tokenizer.encodeTemplate(text);
  for (const match of [...text.matchAll(/[<[{]/g)].reverse()) {
    const head = text.slice(0, match.index);
    if (isPlain(head, tokenizer) && isJoin(whole, tokenizer.encode(head), tokenizer.encodeTemplate(text.slice(match.index))))
      return match.index;
  }
  return 0;
}

function isPlain(text: string, tokenizer: PromptTokenizer): boolean {
  return isSame(tokenizer.encode(text), tokenizer.encodeTemplate(text));
}

function isJoin(whole: readonly number[], head: readonly number[], tail: readonly number[]): boolean {
  const joined = [...head];
  append(joined, tail);
  return isSame(whole, joined);
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((id, index) => id === other[index]);
}

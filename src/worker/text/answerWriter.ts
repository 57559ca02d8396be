import type { ChatProgress } from '../../contract/chat';
import { EndMarkFilter, type FilteredText } from '../../prompt/chat/endMarkFilter';
import { endMarksFor } from '../../prompt/chat/endMarks';
import { createDetokenizer } from '../model/detokenizer';
import { readEndTexts } from '../model/endTokens';
import { isLooping, TextStream } from './textStream';
import type { JobResult } from '../session/job';
import { asTokens, type LoadedModel } from '../model/loadModel';

/** Text of tokens that follow a prompt. */
export function detokenizer({ model }: LoadedModel, prompt: readonly number[]): TextStream {
  return new TextStream(createDetokenizer(model), prompt);
}

/** The texts and tokens at which an {@link AnswerWriter} ends. */
export interface AnswerEnd {
  /** Texts at which the answer ends. */
  readonly marks: readonly string[];
  /** Control tokens that are such a text. */
  readonly tokens: ReadonlySet<number>;
}

/** The ends of answers of a model: those of its format, and the texts of the tokens that end one. */
export async function answerEndFor(loaded: LoadedModel): Promise<AnswerEnd> {
  const end = knownEnds.get(loaded) ?? (await findAnswerEnd(loaded));
  knownEnds.set(loaded, end);
  return end;
}

const knownEnds = new WeakMap<LoadedModel, AnswerEnd>();

async function findAnswerEnd({ model, format, tokenizer }: LoadedModel): Promise<AnswerEnd> {
  const marks = await endMarksFor(format, readEndTexts(model));
  const tokens = marks.flatMap((mark) => {
    const ids = tokenizer.encodeTemplate(mark);
    return ids.length === 1 && asTokens(ids).every((id) => model.getTokenAttributes(id).control) ? ids : [];
  });
  return { marks, tokens: new Set(tokens) };
}

/** Collects an answer's text and hands it on as it becomes certain. */
export class AnswerWriter {
  text = '';
  /** True if the text was ended by a mark. */
  isCut = false;
  private readonly stream: TextStream;
  private readonly filter: EndMarkFilter;
  private raw = '';
  /** Length of the raw text after each token. */
  private readonly lengths: number[] = [];
  private leading = 0;
  private sent = 0;
  private readonly all: number[] = [];

  constructor(
    private readonly loaded: LoadedModel,
    prompt: readonly number[],
    private readonly answerEnd: AnswerEnd,
    private readonly onEvent: (event: ChatProgress) => void,
  ) {
    this.stream = detokenizer(loaded, prompt);
    this.filter = new EndMarkFilter(answerEnd.marks);
  }

  push(token: number): 'continue' | 'rule' | 'repetition' {
    if (this.answerEnd.tokens.has(token)) {
      this.isCut = true;
      return 'rule';
    }
    const piece = this.stream.push(token);
    this.raw += piece;
    this.lengths.push(this.raw.length);
    this.all.push(token);
    this.take(this.filter.push(piece));
    if (this.isCut) return 'rule';
    return isLooping(this.all) ? 'repetition' : 'continue';
  }

  end(): void {
    if (!this.filter.isEnded) this.take(this.filter.end());
  }

  /** The answer's tokens: those generated, without any of what was cut off. */
  tokens(result: JobResult): readonly number[] {
    if (!this.isCut) return result.tokens;
    const kept = this.all.slice(0, this.shownTokens());
    // A token may hold the last characters of the answer and the first of the mark.
    const rest = this.raw.slice(this.lengths[kept.length - 1] ?? 0, this.text.length + this.leading);
    return rest.trim() === '' ? kept : [...kept, ...this.loaded.tokenizer.encodeInside(rest)];
  }

  /** Number of tokens whose text was handed on as a whole. */
  private shownTokens(): number {
    const shown = this.text.length + this.leading;
    let count = this.sent;
    while (count < this.all.length && (this.lengths[count] ?? Infinity) <= shown) count++;
    return count;
  }

  private take({ text, isEnded }: FilteredText): void {
    this.isCut ||= isEnded;
    this.emit(text);
  }

  /** The space that Llama puts before an answer is part of its tokens and not of its text. */
  private emit(piece: string): void {
    const text = this.text === '' ? piece.trimStart() : piece;
    this.leading += piece.length - text.length;
    if (text === '') return;
    this.text += text;
    const from = this.sent;
    this.sent = this.shownTokens();
    this.onEvent({ kind: 'text', text, tokens: this.all.slice(from, this.sent) });
  }
}

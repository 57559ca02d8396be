import { BASE_STOP_STRINGS } from '../../prompt/base';
import { createDetokenizer } from './detokenize';
import { isLooping, StopStrings, TextStream } from './generate';
import type { JobResult } from './job';
import type { LoadedModel } from './model';

/** What is heard of an answer while it is made. */
export type ChatEvent =
  | { readonly kind: 'prefill'; readonly done: number; readonly total: number }
  | { readonly kind: 'text'; readonly text: string; readonly tokens: readonly number[] };

/** Text of tokens that follow a prompt. */
export function detokenizer({ model }: LoadedModel, prompt: readonly number[]): TextStream {
  return new TextStream(createDetokenizer(model), prompt);
}

/** Collects an answer's text and hands it on as it becomes certain. */
export class AnswerWriter {
  text = '';
  private readonly stream: TextStream;
  private readonly stops: StopStrings;
  /** Length of the raw text after each token. */
  private readonly lengths: number[] = [];
  private rawLength = 0;
  private leading = 0;
  private unsent: number[] = [];
  private readonly all: number[] = [];

  constructor(
    loaded: LoadedModel,
    prompt: readonly number[],
    private readonly onEvent: (event: ChatEvent) => void,
  ) {
    this.stream = detokenizer(loaded, prompt);
    this.stops = new StopStrings(loaded.format.kind === 'base' ? BASE_STOP_STRINGS : []);
  }

  push(token: number): 'continue' | 'rule' | 'repetition' {
    const piece = this.stream.push(token);
    this.rawLength += piece.length;
    this.lengths.push(this.rawLength);
    this.unsent.push(token);
    const { text, stopped } = this.stops.push(piece);
    this.emit(text);
    this.all.push(token);
    if (stopped) return 'rule';
    return isLooping(this.all) ? 'repetition' : 'continue';
  }

  end(): void {
    this.emit(this.stops.flush());
  }

  /** The answer's tokens: those generated, without any of a stop string. */
  tokens(result: JobResult): readonly number[] {
    if (result.stop !== 'rule') return result.tokens;
    const shown = this.text.length + this.leading;
    return result.tokens.filter((_, index) => (this.lengths[index] ?? Infinity) <= shown);
  }

  /** The space that Llama puts before an answer is part of its tokens and not of its text. */
  private emit(piece: string): void {
    const text = this.text === '' ? piece.trimStart() : piece;
    this.leading += piece.length - text.length;
    if (text === '') return;
    this.text += text;
    this.onEvent({ kind: 'text', text, tokens: this.unsent });
    this.unsent = [];
  }
}

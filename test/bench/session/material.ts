import type { ChatParams, Sampling } from '../../../src/contract/chat';
import type { CompletionRequest } from '../../../src/contract/completion';
import type { FileBlock } from '../../../src/contract/context';
import { explainQuestion } from '../../../src/prompt/tasks/explainQuestion';
import { BRIEF_SYSTEM_TEXT } from '../../../src/prompt/chat/systemPrompt';
import type { Prompts } from './prompts';
import { ghostTokens } from '../lib/replay';
import { readTrace } from '../lib/trace';

const greedy: Sampling = { temperature: 0, topP: 1, topK: 1, seed: 0 };

/** Tokens of the prompts of the table's rows. */
const ghostPromptTokens = 512;
const chatPromptTokens = 768;

/** Real code of this repository. */
const source = readTrace()
  .files.map(({ text }) => text)
  .join('\n');

/**
 * Somebody who types code behind 512 tokens of it: a line, key by key, then the next line in its place, so that the prompt stays as long
 * as it is.
 */
export class Typist {
  private readonly before: string;
  private readonly lines: readonly string[];
  private line = 0;
  private column = 0;

  constructor(private readonly prompts: Prompts) {
    const limit = Math.min(ghostPromptTokens, prompts.ghostBudget - 64);
    const length = longest(source.length, (cut) => prompts.ghost(this.at(source.slice(0, cut))).length <= limit);
    this.before = `${source.slice(0, source.lastIndexOf('\n', length))}\n`;
    this.lines = source
      .slice(this.before.length)
      .split('\n')
      .filter((line) => line.trim().length > 8);
  }

  /** The place after one more key. */
  next(): CompletionRequest {
    const line = this.lines[this.line % this.lines.length] ?? '';
    if (this.column >= Math.min(line.length, 40)) {
      this.line++;
      this.column = 0;
      return this.next();
    }
    return this.at(this.before + line.slice(0, ++this.column));
  }

  /** Tokens of the prompt, as it is. */
  get promptTokens(): number {
    return this.prompts.ghost(this.at(this.before)).length;
  }

  private at(prefix: string): CompletionRequest {
    return { path: 'src/typed.ts', language: 'typescript', prefix, suffix: '', multiline: true, maxTokens: ghostTokens };
  }
}

/** Makes chats of which no two begin alike, so that each is cold. */
export class Questions {
  private count = 0;

  constructor(private readonly prompts: Prompts) {}

  /** A prompt of 768 tokens, or hardly fewer, and an answer of one. */
  async long(): Promise<ChatParams> {
    const number = this.number();
    const filler = source.slice((this.count * 977) % 4000);
    const ask = (length: number): ChatParams => this.chat('', `${number}. Sum this up. ${filler.slice(0, length)}`, 1);
    let [low, high] = [0, filler.length];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((await this.prompts.chat(ask(middle))).length <= chatPromptTokens) low = middle;
      else high = middle - 1;
    }
    return ask(low);
  }

  /** A short question with a long answer. */
  short(maxTokens: number): ChatParams {
    return this.chat('', `${this.number()}. Write a function that reads a file line by line, and say how it works.`, maxTokens);
  }

  /** A file that is explained twice, with a question in between. */
  explanation(answerTokens: number): Explanation {
    const number = this.number();
    const text = `// ${number}\n${source.split('\n').slice(0, 44).join('\n')}\n`;
    const file: FileBlock = { path: `src/part-${number}.ts`, language: 'typescript', text };
    const explain = (startLine: number, endLine: number): ChatParams => ({
      system: BRIEF_SYSTEM_TEXT,
      history: [],
      user: {
        text: explainQuestion({ language: file.language, locale: 'en' }),
        file,
        selection: {
          startLine,
          endLine,
          text: text
            .split('\n')
            .slice(startLine - 1, endLine)
            .join('\n'),
        },
      },
      sampling: greedy,
      maxTokens: answerTokens,
    });
    return { file, first: explain(6, 10), followUp: 'What would you change in it?', second: explain(21, 28) };
  }

  private number(): string {
    return String(1000 + 37 * ++this.count);
  }

  private chat(system: string, text: string, maxTokens: number): ChatParams {
    return { system, history: [], user: { text }, sampling: greedy, maxTokens };
  }
}

export interface Explanation {
  readonly file: FileBlock;
  readonly first: ChatParams;
  readonly followUp: string;
  readonly second: ChatParams;
}

/** The largest of 0 to `most` that fits, where whatever is smaller than one that fits does, too. */
function longest(most: number, fits: (length: number) => boolean): number {
  let low = 0;
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

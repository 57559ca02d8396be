import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EndMarkFilter } from '../../../../src/prompt/chat/endMarkFilter';

const chatml = ['<|im_end|>', '<|im_start|>user'];

interface Filtered {
  readonly text: string;
  readonly isEnded: boolean;
}

/** Feeds pieces until a mark ends the text. */
function run(marks: readonly string[], pieces: readonly string[]): Filtered {
  const filter = new EndMarkFilter(marks);
  let text = '';
  for (const piece of pieces) {
    const result = filter.push(piece);
    text += result.text;
    if (result.isEnded) return { text, isEnded: true };
  }
  const last = filter.end();
  return { text: text + last.text, isEnded: last.isEnded };
}

function cutText(whole: string, cuts: readonly number[]): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < whole.length;) {
    const length = cuts[pieces.length % cuts.length] ?? 1;
    pieces.push(whole.slice(at, at + length));
    at += length;
  }
  return pieces;
}

const lengths = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 8 });

describe('an end mark that a model writes as plain text', () => {
  it('ends the answer, though it comes in pieces', () => {
    const pieces = ['Four.', '<', '|', 'im', '_end', '|', '>', '\n', '<|im_start|>user', '\nAnd five?'];
    expect(run(chatml, pieces)).toEqual({ text: 'Four.', isEnded: true });
  });

  it.each([
    ['at the end of the text', 'Four.<|im_end|>', 'Four.'],
    ['behind white space, which is left out', 'Four. \n\n<|im_end|>\n', 'Four.'],
    ['of the start of a user message', 'Four.\n<|im_start|>user\nAnd five?', 'Four.'],
    ['behind a closing fence on its line', '```js\nf();\n```<|im_end|>', '```js\nf();\n```'],
    ['behind a closing fence', '```js\nf();\n```\n<|im_end|>\n<|im_start|>user', '```js\nf();\n```'],
    ['behind code between backticks', 'Call `f()` or ``a ` b``.<|im_end|>', 'Call `f()` or ``a ` b``.'],
    ['behind a backtick that is never closed', 'The ` key.<|im_end|>\nmore `x`', 'The ` key.'],
    ['behind code that ended with its line', 'One ` here\nFour.<|im_end|>', 'One ` here\nFour.'],
    ['behind three backticks that are inline code', '```x``` is code.<|im_end|>', '```x``` is code.'],
    ['behind a shorter mark that is none', 'a <|im_en b<|im_end|>', 'a <|im_en b'],
    ['alone', '<|im_end|>', ''],
  ])('ends the answer %s', (_, whole, shown) => {
    expect(run(chatml, [whole])).toEqual({ text: shown, isEnded: true });
    expect(run(chatml, Array.from(whole))).toEqual({ text: shown, isEnded: true });
  });

  it.each([
    ['in a fenced block of code', 'ChatML:\n\n```\n<|im_start|>user\nHi<|im_end|>\n```\n\nThat is all.'],
    ['in a block of tildes', '~~~text\n<|im_end|>\n```\n~~~\nok'],
    ['in a block in a list', '1. ```jinja\n   <|im_end|>\n   ```\n2. done'],
    ['in a block with shorter fences inside', '````md\n```\n<|im_end|>\n```\n<|im_end|>\n````\nok'],
    ['between backticks', 'Each message ends with `<|im_end|>`, then `<|im_start|>user` follows.'],
    ['between two backticks', 'It is ``<|im_end|> ` `` here.'],
  ])('is text %s', (_, whole) => {
    expect(run(chatml, [whole])).toEqual({ text: whole, isEnded: false });
    expect(run(chatml, Array.from(whole))).toEqual({ text: whole, isEnded: false });
  });

  it('of a line counts only where a line starts', () => {
    const marks = ['\nUser:', '\nAssistant:'];
    expect(run(marks, ['Say "User:" to him.\n', 'Us', 'er: hi'])).toEqual({ text: 'Say "User:" to him.', isEnded: true });
    expect(run(marks, ['Hello\nUs', 'age'])).toEqual({ text: 'Hello\nUsage', isEnded: false });
  });

  it.each([
    ['Use <s>old</s> here.', 'Use <s>old</s> here.'],
    ['<s class="x">a <s>b</s></s>, <s\n>c</s>', '<s class="x">a <s>b</s></s>, <s\n>c</s>'],
    ['The ` key <s>was</s> is.', 'The ` key <s>was</s> is.'],
    ['It is `<s>`.', 'It is `<s>`.'],
    ['<strong>a</strong> <s', '<strong>a</strong> <s'],
  ])('that closes an element is text in %j', (whole, shown) => {
    expect(run(['</s>'], [whole])).toEqual({ text: shown, isEnded: false });
    expect(run(['</s>'], Array.from(whole))).toEqual({ text: shown, isEnded: false });
  });

  it.each([
    ['Use <s>old</s> here.</s> Q', 'Use <s>old</s> here.'],
    ['<span>a</span></s>', '<span>a</span>'],
    ['It is `<s>`.</s> Q', 'It is `<s>`.'],
    ['```\n<s>\n```\nok</s> Q', '```\n<s>\n```\nok'],
    ['<S>a</s> Q', '<S>a'],
  ])('that closes no element ends %j', (whole, shown) => {
    expect(run(['</s>'], [whole])).toEqual({ text: shown, isEnded: true });
    expect(run(['</s>'], Array.from(whole))).toEqual({ text: shown, isEnded: true });
  });

  it.each([
    ['\nUser:', 'It`s 4.\nUser: what is `x`?', 'It`s 4.'],
    ['\n### User:', 'Press the ` key.\n\n### User: `a` or `b`?', 'Press the ` key.'],
    ['<|end|>\n<|user|>', 'The ` key.<|end|>\n<|user|>`x`', 'The ` key.'],
  ])('with the line break %j is in no inline code of the line before', (mark, whole, shown) => {
    expect(run([mark], [whole])).toEqual({ text: shown, isEnded: true });
    expect(run([mark], Array.from(whole))).toEqual({ text: shown, isEnded: true });
  });

  it('that is half written when the text ends is text', () => {
    expect(run(chatml, ['a <|im_', 'en'])).toEqual({ text: 'a <|im_en', isEnded: false });
    expect(run(chatml, ['a \n'])).toEqual({ text: 'a \n', isEnded: false });
  });

  it('holds back no more than it has to', () => {
    const filter = new EndMarkFilter(chatml);
    expect(filter.push('a < b')).toEqual({ text: 'a < b', isEnded: false });
    expect(filter.push(' <|im')).toEqual({ text: '', isEnded: false });
    expect(filter.push('age|>')).toEqual({ text: ' <|image|>', isEnded: false });
    expect(filter.push('`<|im_end|>')).toEqual({ text: '`', isEnded: false });
    expect(filter.push('`')).toEqual({ text: '', isEnded: false });
    expect(filter.push(' ')).toEqual({ text: '<|im_end|>`', isEnded: false });
    expect(filter.push('x')).toEqual({ text: ' x', isEnded: false });
  });

  it('ends a text that opens code and closes it nowhere near', () => {
    expect(run(chatml, [`\`a<|im_end|>${'x'.repeat(5000)}\``])).toEqual({ text: '`a', isEnded: true });
  });
});

describe('the text before an end mark', () => {
  // Few pieces, so that marks, fences and their beginnings stand beside each other.
  const pieces = fc.array(
    fc.constantFrom('<|', 'im_end|>', '<|im_end|>', '`', '```', '~~~', '\n', ' ', 'a', '- ', '[INST]', '<s', '>', '</', '</s>'),
    {
      maxLength: 24,
    },
  );
  const marks = fc.subarray(['<|im_end|>', '[INST]', '\na', '<s>', '<|im_end|>a', '</s>', '</a>', '</s>\n<s>']);

  it('is the same however the text is cut', () => {
    fc.assert(
      fc.property(marks, pieces, lengths, (ends, parts, cuts) => {
        const whole = parts.join('');
        expect(run(ends, cutText(whole, cuts))).toEqual(run(ends, [whole]));
      }),
      { numRuns: 3000 },
    );
  });

  it('is a beginning of the text, or all of it', () => {
    fc.assert(
      fc.property(marks, pieces, (ends, parts) => {
        const whole = parts.join('');
        const { text, isEnded } = run(ends, [whole]);
        if (!isEnded) expect(text).toBe(whole);
        else expect(ends.some((mark) => whole.slice(text.length).trimStart().startsWith(mark.trimStart()))).toBe(true);
        expect(whole.startsWith(text)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('ends at the first mark where there is no code', () => {
    const plain = fc.array(fc.constantFrom('<|', 'im_end|>', '<|im_end|>', 'x', ' ', 'é'), { maxLength: 16 });
    fc.assert(
      fc.property(plain, lengths, (parts, cuts) => {
        const whole = parts.join('');
        const at = whole.indexOf('<|im_end|>');
        const wanted = at < 0 ? { text: whole, isEnded: false } : { text: whole.slice(0, at).trimEnd(), isEnded: true };
        expect(run(chatml, cutText(whole, cuts))).toEqual(wanted);
      }),
      { numRuns: 1000 },
    );
  });
});

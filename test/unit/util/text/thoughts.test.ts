import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ThoughtReader, splitThoughts, withoutThoughts } from '../../../../src/util/text/thoughts';

describe('the answer without its thoughts', () => {
  it.each([
    ['a tag', '<think>\nLet me see.\n</think>\n\nFour.', 'Four.'],
    ['a tag in capitals', '<THINK>x</THINK>Four.', 'Four.'],
    ['<thinking>', '<thinking>x</thinking>\nFour.', 'Four.'],
    ['<think> closed as </thinking>', '<think>x</thinking>\nFour.', 'Four.'],
    ['an empty thought', '<think>\n\n</think>\n\nFour.', 'Four.'],
    ['empty lines in front', '\n\n<think>\nx\n</think>\n\nFour.', 'Four.'],
    ['Windows line ends', '<think>\r\nx\r\n</think>\r\n\r\nFour.', 'Four.'],
    ['a thought that the template began', 'The user wants four.\n</think>\n\nFour.', 'Four.'],
    ['the same in one line', 'Answer briefly.</think>Four.', 'Four.'],
    ['a thought twice closed', '<think>x</think>\n</think>\nFour.', 'Four.'],
    ['two thoughts', '<think>x</think>\nTwo and\n<think>y</think>\ntwo.', 'Two and\n\ntwo.'],
    ['Seed', '<seed:think>x</seed:think>\nFour.', 'Four.'],
    ['MiniMax', '<mm:think>x</mm:think>Four.', 'Four.'],
    ['Mistral', '[THINK]x[/THINK]Four.', 'Four.'],
    ['Cohere', '<|START_THINKING|>x<|END_THINKING|><|START_TEXT|>Four.<|END_TEXT|>', 'Four.'],
    ['Cohere, begun by the template', 'x<|END_THINKING|><|START_RESPONSE|>Four.<|END_RESPONSE|>', 'Four.'],
    ['Gemma', '<|channel>thought\nx\n<channel|>Four.', 'Four.'],
    ['Kimi', '<|open|>think<|sep|>x<|close|>think<|sep|><|open|>response<|sep|>Four.<|close|>response<|sep|>', 'Four.'],
    ['Kimi VL', '◁think▷x◁/think▷Four.', 'Four.'],
    ['Apertus', '<|inner_prefix|>x<|inner_suffix|>Four.', 'Four.'],
    ['Sky-T1', '<|begin_of_thought|>\nx\n<|end_of_thought|>\n<|begin_of_solution|>\nFour.\n<|end_of_solution|>', 'Four.\n'],
    ['Solar', '<|think|>x<|end|><|begin|>assistant<|content|>Four.<|end|>', 'Four.'],
    ['Granite', '<think>x</think><response>Four.</response>', 'Four.'],
    ['gpt-oss', '<|channel|>analysis<|message|>x<|end|><|start|>assistant<|channel|>final<|message|>Four.', 'Four.'],
    [
      'gpt-oss with its last token',
      '<|channel|>analysis<|message|>x<|end|><|start|>assistant<|channel|>final<|message|>Four.<|return|>',
      'Four.',
    ],
    ['gpt-oss without an end of the thought', '<|channel|>analysis<|message|>x<|start|>assistant<|channel|>final<|message|>Four.', 'Four.'],
    [
      'gpt-oss with a preamble',
      '<|channel|>analysis<|message|>x<|end|><|start|>assistant<|channel|>commentary<|message|>I look.<|end|><|start|>assistant<|channel|>final<|message|>Four.',
      'Four.',
    ],
    ['gpt-oss without a thought', '<|channel|>final<|message|>Four.', 'Four.'],
    [
      'gpt-oss with a constraint',
      '<|channel|>analysis<|message|>x<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>{}',
      '{}',
    ],
    ['gpt-oss, begun by the template', 'x<|end|><|start|>assistant<|channel|>final<|message|>Four.', 'Four.'],
    [
      'gpt-oss, its channel begun by the template',
      'analysis<|message|>x<|end|><|start|>assistant<|channel|>final<|message|>Four.',
      'Four.',
    ],
    ['gpt-oss from a server that drops its tokens, in lines', 'analysis\nThe user says hi.\n\nassistantfinal\n\nFour.', 'Four.'],
    ['gpt-oss from a server that drops its tokens', 'analysisThe user says hi.assistantfinalFour.', 'Four.'],
    ['Muse', ' to=self<|message|>x<|eom|><|start|>assistant to=user<|message|>Four.<|eot|>', 'Four.'],
    ['a fence in the thought', '<think>\n```js\nold();\n```\n</think>\n```js\nnew();\n```', '```js\nnew();\n```'],
    ['a fence in the thought that is not closed', '<think>\n```js\nold();\n</think>\n```js\nnew();\n```', '```js\nnew();\n```'],
    ['a fence right behind the thought', 'x</think>```js\n</think>\n```\n', '```js\n</think>\n```\n'],
    ['a thought that speaks of its end', '<think>\nI close with `</think>` then.\n</think>\nFour.', 'Four.'],
    ['a thought that goes on', '<think>\nLet me see', ''],
    ['a thought with a tag of another kind', '<think>[THINK] <reasoning>\n</think>Four.', 'Four.'],
    ['<reasoning> at the beginning', '<reasoning>x</reasoning>\nFour.', 'Four.'],
  ])('is what follows, for %s', (_name, text, answer) => {
    expect(withoutThoughts(text)).toBe(answer);
  });

  it.each([
    'Four.',
    'Write `<think>` to think.',
    'Models end it with `</think>`, as said.',
    'Models end it with </think> and go on.',
    '```xml\n<think>\nx\n</think>\n```\n',
    '~~~\n</think>\n~~~\nx',
    '- ```\n  <think>\n  ```\n',
    'Say\n<reasoning>x</reasoning>',
    'The word assistantfinal is none.',
    'a <|end|> b <|message|> c',
    'if (a <think> b) {}',
  ])('is everything where none is: %j', (text) => {
    expect(splitThoughts(text)).toEqual({ thought: '', answer: text, isThinking: false });
  });

  it('keeps what was thought, without the markers', () => {
    expect(splitThoughts('<|channel|>analysis<|message|>One.<|end|><|start|>assistant<|channel|>final<|message|>Four.')).toEqual({
      thought: 'One.',
      answer: 'Four.',
      isThinking: false,
    });
    expect(splitThoughts('<think>\nLet me')).toEqual({ thought: 'Let me', answer: '', isThinking: true });
  });
});

describe('an answer of nothing but thoughts and markers', () => {
  it('has a bounded number of parts, the last a thought', () => {
    const parts = new ThoughtReader().read('<think>a</think>b\n'.repeat(3000));
    expect(parts.length).toBeLessThanOrEqual(1001);
    expect(parts.at(-1)?.kind).toBe('thought');
  });
});

describe('reading an answer that grows', () => {
  const piece = fc.constantFrom(
    ...[
      'a',
      ' ',
      '\n',
      '\n\n',
      '`',
      '```',
      '```js\n',
      '~~~\n',
      '- ',
      '<think>',
      '</think>',
      '<thinking>',
      '[THINK]',
      '[/THINK]',
      '</thi',
      'nk>',
    ],
    ...['<|channel|>', 'analysis', 'final', '<|message|>', '<|end|>', '<|start|>assistant', '<reasoning>', '\r\n', '"', 'assistantfinal'],
  );

  it('gives the same parts as reading it at once, and parts without gaps', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const reader = new ThoughtReader();
        let text = '';
        for (const next of pieces) {
          text += next;
          const parts = reader.read(text);
          expect(parts).toEqual(new ThoughtReader().read(text));
          expect(parts.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
          expect(parts.every(({ start, end }) => start < end)).toBe(true);
        }
      }),
    );
  });
});

import type { ChatInput } from '../../../../src/contract/chat';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedTemplate } from '../../../../src/prompt/template/boundedTemplate';
import { buildChatPrompt } from '../../../../src/prompt/chat/chatPrompt';
import { ChatTemplateError } from '../../../../src/prompt/template/templateSkeleton';
import type { ChatPrompt } from '../../../../src/prompt/promptTypes';
import { hostileTemplates } from '../../../fixtures/damaged/templates';
import { smolLm2 } from './templates';
import { WordTokenizer } from '../tokenizers';

function promptBy(source: string, turns = 1): Promise<ChatPrompt> {
  const input: ChatInput = {
    system: 'Be brief.',
    history: Array.from({ length: turns }, (_, index) => ({ user: { text: `question ${index}` }, answer: { text: `answer ${index}` } })),
    user: { text: 'why?' },
  };
  const tokenizer = new WordTokenizer(['<|im_start|>', '<|im_end|>'], { eos: '<|im_end|>' });
  return buildChatPrompt(input, { ...smolLm2, source }, tokenizer, { contextTokens: 1e6, reserveTokens: 100 });
}

describe('a hostile template', () => {
  // Without limits most of these never end or take all memory there is: the time limit is the test's own.
  it.each(Object.entries(hostileTemplates))('that %s ends in a typed error', async (_, source) => {
    await expect(promptBy(source)).rejects.toThrow(ChatTemplateError);
  });

  it('does not reach beyond itself', () => {
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('an honest template', () => {
  it('may be used for a conversation of a thousand turns', async () => {
    expect((await promptBy(smolLm2.source, 1000)).droppedTurns).toBe(0);
  });

  it('may look at all messages for each of them', async () => {
    const thorough = `{% for message in messages %}{% if messages | length > loop.index0 and messages[0].content is defined and message in messages %}${smolLm2.source.replace('{% for message in messages %}', '').replace('{% endfor %}', '')}{% endif %}{% endfor %}`;
    const prompt = await promptBy(
      thorough.replaceAll('{% if add_generation_prompt %}', '{% if add_generation_prompt and loop.last %}'),
      150,
    );
    expect(prompt.droppedTurns).toBe(0);
  });

  it('has loops with conditions, macros, filters and namespaces as ever', async () => {
    const source = [
      '{%- macro say(role, text, mark="|") -%}{{ mark }}{{ role | upper }}: {{ text | trim }}{{ mark }}\n{% endmacro -%}',
      '{%- set ns = namespace(last=0) -%}',
      '{%- for message in messages if message.role != "tool" -%}',
      '{%- set ns.last = loop.index -%}',
      '{{ say(message.role, message.content, mark="#") }}',
      '{%- endfor -%}',
      '{{ ns.last }} {{ [1, 2, 3] | join("-") }} {{ "a b".split(" ") | last }} {{ "x".replace("x", "y") }} {{ range(3) | length }} {{ {"a": 1} | tojson }}',
    ].join('\n');
    expect((await promptBy(source)).droppedTurns).toBe(0);
  });
});

describe('any template', () => {
  const piece = fc.constantFrom(
    ...[
      '{{',
      '}}',
      '{%',
      '%}',
      '{#',
      '#}',
      '-',
      '+',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '|',
      '.',
      ':',
      ',',
      '=',
      '~',
      '*',
      '**',
      '//',
      '%',
      '<',
      '==',
    ],
    ...[
      'if',
      'endif',
      'else',
      'for',
      'in',
      'endfor',
      'set',
      'endset',
      'macro',
      'endmacro',
      'call',
      'endcall',
      'filter',
      'with',
      'endwith',
      'raw',
    ],
    ...[
      'is',
      'not',
      'and',
      'or',
      'defined',
      'none',
      'true',
      'x',
      'messages',
      'loop',
      'range',
      'namespace',
      'join',
      'tojson',
      'sort',
      'map',
      'get',
    ],
    ...['"a"', "'", '1', '2.5', '\\', '\n', ' ', '🙂'],
  );
  const tag = fc.oneof(
    fc.array(piece, { maxLength: 12 }).map((pieces) => `{{ ${pieces.join(' ')} }}`),
    fc.array(piece, { maxLength: 12 }).map((pieces) => `{% ${pieces.join(' ')} %}`),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  );

  it('gives a text or an error that says why not', () => {
    fc.assert(
      fc.property(fc.array(tag, { maxLength: 5 }), (tags) => {
        try {
          expect(typeof new BoundedTemplate(tags.join('')).render({ messages: [{ role: 'user', content: 'Hi' }] })).toBe('string');
        } catch (error) {
          const { name, message } = error as Error;
          const isKnown = ['TemplateLimitError', 'TemplateRefusal', 'TemplateSyntaxError', 'SyntaxError'].includes(name);
          if (!isKnown && !message.startsWith('Parser Error')) throw error;
        }
      }),
      { numRuns: 3000 },
    );
  });
});

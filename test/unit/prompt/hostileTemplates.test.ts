import { describe, expect, it } from 'vitest';
import { buildChatPrompt } from '../../../src/prompt/chat';
import { ChatTemplateError } from '../../../src/prompt/template';
import type { ChatInput, ChatPrompt } from '../../../src/prompt/types';
import { hostileTemplates } from '../../fixtures/damaged/templates';
import { smolLm2 } from './templates';
import { WordTokenizer } from './tokenizers';

function promptBy(source: string, turns = 1): ChatPrompt {
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
  it.each(Object.entries(hostileTemplates))('that %s ends in a typed error', (_, source) => {
    expect(() => promptBy(source)).toThrow(ChatTemplateError);
  });

  it('does not reach beyond itself', () => {
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('an honest template', () => {
  it('may be used for a conversation of a thousand turns', () => {
    expect(promptBy(smolLm2.source, 1000).droppedTurns).toBe(0);
  });

  it('may look at all messages for each of them', () => {
    const thorough = `{% for message in messages %}{% if messages | length > loop.index0 and messages[0].content is defined and message in messages %}${smolLm2.source.replace('{% for message in messages %}', '').replace('{% endfor %}', '')}{% endif %}{% endfor %}`;
    expect(() =>
      promptBy(thorough.replaceAll('{% if add_generation_prompt %}', '{% if add_generation_prompt and loop.last %}'), 150),
    ).not.toThrow();
  });

  it('has loops with conditions, macros, filters and namespaces as ever', () => {
    const source = [
      '{%- macro say(role, text, mark="|") -%}{{ mark }}{{ role | upper }}: {{ text | trim }}{{ mark }}\n{% endmacro -%}',
      '{%- set ns = namespace(last=0) -%}',
      '{%- for message in messages if message.role != "tool" -%}',
      '{%- set ns.last = loop.index -%}',
      '{{ say(message.role, message.content, mark="#") }}',
      '{%- endfor -%}',
      '{{ ns.last }} {{ [1, 2, 3] | join("-") }} {{ "a b".split(" ") | last }} {{ "x".replace("x", "y") }} {{ range(3) | length }} {{ {"a": 1} | tojson }}',
    ].join('\n');
    expect(() => promptBy(source)).not.toThrow();
  });
});

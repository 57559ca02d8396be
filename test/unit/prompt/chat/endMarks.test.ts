import { describe, expect, it } from 'vitest';
import { endMarksFor } from '../../../../src/prompt/chat/endMarks';
import { localRenderer, type TemplateRenderer } from '../../../../src/prompt/template/templateRenderer';
import type { ChatFormat } from '../../../../src/prompt/promptTypes';
import { llama3Like, mistralLike, smolLm2, zephyrLike } from '../template/templates';

const template = (source: string, eosText = ''): ChatFormat => ({ kind: 'template', source, bosText: '', eosText });
/** A template that writes each message between a header and an end. */
const plain = (header: string, end: string, opening: string): string =>
  `{% for m in messages %}{{ ${header} + m.content + ${end} }}{% endfor %}{{ ${opening} }}`;

describe('the end marks of a format', () => {
  it.each<[string, ChatFormat, readonly string[]]>([
    ['ChatML', smolLm2, ['<|im_end|>', '<|im_start|>user']],
    ['Llama 3', llama3Like, ['<|eot_id|>', '<|start_header_id|>user']],
    ['Mistral', mistralLike, ['</s>', '[INST]']],
    ['Zephyr', zephyrLike, ['</s>', '<|user|>']],
    ['Llama 2', { kind: 'llama2' }, ['</s>', '[INST]', '<<SYS>>']],
    ['a base model', { kind: 'base' }, ['\nUser:', '\nAssistant:']],
    ['a template without an end', template(plain("'<|' + m.role + '|>'", "''", "'<|assistant|>'")), ['<|user|>']],
    ['a template of plain words', template(plain("m.role | title + ': '", String.raw`'\n\n'`, "'Assistant:'")), ['\nUser:']],
    [
      'headlines',
      template(plain(String.raw`'### ' + m.role + ':\n'`, String.raw`'\n\n'`, String.raw`'### assistant:\n'`)),
      ['\n### user:'],
    ],
    ['a token and a plain word', template(plain("m.role | upper + ': '", "'</s>'", "'ASSISTANT:'")), ['</s>', '\nUSER:']],
    [
      'tags that stand in many a text',
      template(plain("'<' + m.role + '>'", String.raw`'</' + m.role + '>\n'`, "'<assistant>'")),
      ['</assistant>', '\n<user>'],
    ],
    [
      'several segments in one answer',
      template(
        "{% for m in messages %}{{ '<|start|>' + m.role + ('<|channel|>final' if m.role == 'assistant' else '') + '<|message|>' + m.content + '<|end|>' }}{% endfor %}<|start|>assistant",
      ),
      ['<|end|><|start|>user<|message|>', '<|start|>user'],
    ],
  ])('are those around a user message: %s', async (_, format, marks) => {
    expect(await endMarksFor(format, [])).toEqual(marks);
  });

  it('have the texts of tokens that end an answer, unless those are plain words', async () => {
    expect(await endMarksFor({ kind: 'base' }, ['<|endoftext|>', 'end', '</s>'])).toEqual([
      '\nUser:',
      '\nAssistant:',
      '<|endoftext|>',
      '</s>',
    ]);
  });

  it('are not fewer because the template could not be rendered this time', async () => {
    const shown = localRenderer();
    let isDown = true;
    const render: TemplateRenderer['render'] = (source, variables) =>
      isDown ? Promise.resolve({ refusal: 'no thread', isFinal: false, isTransient: true }) : shown.render(source, variables);
    const format: ChatFormat = { ...smolLm2, renderer: { render } };
    await expect(endMarksFor(format, [])).rejects.toThrow('chat template: no thread');
    isDown = false;
    expect(await endMarksFor(format, [])).toEqual(['<|im_end|>', '<|im_start|>user']);
  });

  it('are the end token alone where the template cannot be used', async () => {
    expect(await endMarksFor(template("{{ raise_exception('no') }}", '</s>'), [])).toEqual(['</s>']);
  });
});

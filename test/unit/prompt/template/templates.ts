import type { ChatFormat } from '../../../../src/prompt/promptTypes';

type TemplateFormat = Extract<ChatFormat, { kind: 'template' }>;

const template = (source: string, bosText: string, eosText: string): TemplateFormat => ({ kind: 'template', source, bosText, eosText });

/** SmolLM2-135M-Instruct's, from its GGUF: ChatML with a default system text. */
export const smolLm2 = template(
  "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
  '<|im_start|>',
  '<|im_end|>',
);

/** Headers, trimmed contents, BOS written by the template, a date. */
export const llama3Like = template(
  "{{- bos_token }}{%- if not date_string is defined %}{%- set date_string = strftime_now('%d %b %Y') %}{%- endif %}{%- for message in messages %}{{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n' + (('Today is ' + date_string + '\n\n') if message['role'] == 'system' else '') + message['content'] | trim + '<|eot_id|>' }}{%- endfor %}{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{%- endif %}",
  '<|begin_of_text|>',
  '<|eot_id|>',
);

/** No system role; a finished answer stands behind a space the open prompt does not have. */
export const mistralLike = template(
  "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' ' + message['content'] + eos_token }}{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}",
  '<s>',
  '</s>',
);

/** The system text stands in the last user message, wherever that is. */
export const movingSystem = template(
  "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] %}{% set messages = messages[1:] %}{% endif %}{% for message in messages %}{% if message['role'] == 'user' %}{{ '[INST] ' + ((system + '\n\n') if loop.last and system is defined else '') + message['content'] + ' [/INST]' }}{% else %}{{ ' ' + message['content'] + eos_token }}{% endif %}{% endfor %}",
  '<s>',
  '</s>',
);

/** Role tags that are plain text in Llama's vocabulary, EOS behind every message. */
export const zephyrLike = template(
  "{% for message in messages %}{% if message['role'] == 'user' %}{{ '<|user|>\n' + message['content'] + eos_token }}{% elif message['role'] == 'system' %}{{ '<|system|>\n' + message['content'] + eos_token }}{% elif message['role'] == 'assistant' %}{{ '<|assistant|>\n' + message['content'] + eos_token }}{% endif %}\n{% if loop.last and add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}{% endfor %}",
  '<s>',
  '</s>',
);

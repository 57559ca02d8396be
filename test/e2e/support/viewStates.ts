import type { AnswerState, HostMessage, TurnView, ViewState } from '../../../src/contract/webview/chatMessages';
import { state, turn } from '../../unit/webview/viewSamples';

/** A state of the chat view, and what happens in it afterwards. */
export interface ShownState {
  readonly name: string;
  readonly state: ViewState;
  readonly then?: readonly HostMessage[];
}

const metrics = {
  promptTokens: 512,
  reusedTokens: 480,
  evaluatedTokens: 32,
  generatedTokens: 128,
  draftedTokens: 0,
  confirmedTokens: 0,
  firstTokenMilliseconds: 320,
  tokensPerSecond: 11.8,
  totalMilliseconds: 12_000,
};

const everything = [
  '# Heading\n\nA paragraph with **bold**, *emphasis*, ~~struck~~, `inline code` and a [link](https://example.com/a).',
  '## Another heading\n\n- one\n- two\n  - nested\n\n1. first\n2. second',
  '> A quotation with a [link](mailto:a@example.com).\n\n---\n',
  '```ts\n// A comment\nexport const answer: number = compute("text", 42) ?? null;\n```',
  '```\nno language\n```',
].join('\n\n');

const longCode = `\`\`\`python\n${Array.from({ length: 120 }, (_, line) => `value_${String(line)} = compute(${String(line)}, "${'wide '.repeat(40)}")`).join('\n')}\n\`\`\``;

const table = [
  '| Name of the thing | Kind | Count | What there is to say about it |\n|:--|:-:|--:|---|',
  ...Array.from(
    { length: 6 },
    (_, row) => `| ${'LongUnbreakableIdentifier'.repeat(3)}${String(row)} | \`kind\` | ${String(row)} | a few words more |`,
  ),
].join('\n');

const rightToLeft = 'שלום, כך קוראים לפונקציה `compute(a, b)` בקוד:\n\n```js\ncompute(1, 2); // شرح\n```\n\n- פריט ראשון\n- פריט שני';

const problem = {
  message: 'The model file /models/llama.gguf is not there.',
  actions: [
    { id: 'chooseModelFile', label: 'Choose a File…' },
    { id: 'useEmbeddedModel', label: 'Use Embedded Model' },
  ],
};

function answering(name: string, live: AnswerState, changes: Partial<TurnView> = {}): ShownState {
  return { name, state: state({ turns: [turn('a', { answer: 'Done.', metrics }), turn('b', { state: live, ...changes })] }) };
}

/**
 * Every state that the view can be in: each is looked at by axe in every theme, made narrow, and walked through by keyboard. One line more
 * is all that a new part of the view needs.
 */
export const viewStates: readonly ShownState[] = [
  { name: 'empty', state: state() },
  { name: 'empty with a draft', state: state({ draft: 'Half a thought\nin two lines' }) },
  answering('waiting', { kind: 'waiting' }),
  answering('reading', { kind: 'reading', done: 120, total: 480 }),
  answering('streaming', { kind: 'streaming' }, { answer: 'It is **half' }),
  answering('streaming code', { kind: 'streaming' }, { answer: 'So:\n\n```ts\nconst a = "' }),
  {
    name: 'streamed',
    state: state({ turns: [turn('a', { answer: 'He', state: { kind: 'streaming' } })] }),
    then: [
      { type: 'delta', turnId: 'a', at: 2, text: 'llo **you**' },
      { type: 'turn', turn: turn('a', { answer: 'Hello **you**', metrics }) },
    ],
  },
  answering('done', { kind: 'done' }, { answer: everything, metrics, notes: ['The file did not fit the context.'] }),
  answering('stopped', { kind: 'stopped' }, { answer: 'It is half', metrics }),
  answering('failed', { kind: 'failed', ...problem }, { answer: 'It is half' }),
  {
    name: 'banner',
    state: state({ turns: [turn('a', { answer: 'Done.' })], engine: { kind: 'failed', label: 'No model', problem } }),
  },
  { name: 'loading', state: state({ engine: { kind: 'loading', label: 'SmolLM2 135M is loading', fraction: 0.4 } }) },
  answering('long code', { kind: 'done' }, { answer: longCode }),
  answering('table', { kind: 'done' }, { answer: table }),
  answering('right to left', { kind: 'done' }, { question: 'מה עושה `compute`?', answer: rightToLeft }),
  answering(
    'attachments',
    { kind: 'done' },
    {
      answer: 'Done.',
      attachments: [
        { kind: 'selection', label: 'src/a.ts:10-20', opens: true },
        { kind: 'file', label: `${'deeply/nested/'.repeat(12)}file.ts`, opens: true },
      ],
    },
  ),
  answering(
    'long words',
    { kind: 'done' },
    { question: 'x'.repeat(400), answer: `\`${'y'.repeat(400)}\` https://example.com/${'z'.repeat(400)}` },
  ),
  {
    name: 'many turns',
    state: state({ turns: Array.from({ length: 60 }, (_, index) => turn(`t${String(index)}`, { answer: everything, metrics })) }),
  },
];

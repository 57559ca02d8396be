import fc from 'fast-check';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { fromMarkdown, openFence, toMarkdown, type Document } from '../../../../../src/host/chat/export/conversationMarkdown';

const words = { question: 'Question', answer: 'Answer', attached: 'Attached' };

function document(question: string, answer: string, more: Partial<Document> = {}): Document {
  return { title: 'Title', createdAt: 1, updatedAt: 2, exchanges: [{ question, attachments: [], answer, finished: true }], ...more };
}

/** Texts made of what could be mistaken for the document's own. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '\n',
        '\r\n',
        '## Question',
        '## Answer',
        '```',
        '````ts',
        '~~~',
        '<!-- paddock:question -->',
        '<!-- paddock:answer {"closed":true} -->',
        '<!-- paddock:end -->',
        String.raw`<!-- paddock\:end -->`,
        String.raw`<!-- paddock\\:end -->`,
        '<!--',
        '-->',
        ' ',
        '\u2028',
      ),
      fc.string({ unit: 'grapheme' }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

const anyDocument: fc.Arbitrary<Document> = fc.record({
  title: hostileText,
  createdAt: fc.nat(),
  updatedAt: fc.nat(),
  exchanges: fc.array(
    fc.record({ question: hostileText, attachments: fc.array(hostileText, { maxLength: 2 }), answer: hostileText, finished: fc.boolean() }),
    { maxLength: 4 },
  ),
});

const withoutAttachments = (made: Document): Document => ({
  ...made,
  exchanges: made.exchanges.map((exchange) => ({ ...exchange, attachments: [] })),
});

describe('a conversation as Markdown', () => {
  it('is read back exactly, whatever stands in it', () => {
    fc.assert(
      fc.property(anyDocument, (made) => {
        expect(fromMarkdown(toMarkdown(made, words))).toEqual(withoutAttachments(made));
      }),
      { numRuns: 500 },
    );
  });

  it('is read back when an editor has given its lines Windows’ ends, and a mark to its beginning', () => {
    const made = document('Why?\n\n## Really?', 'So:\n\n```ts\nlet a;\n```');
    expect(fromMarkdown(`\uFEFF${toMarkdown(made, words).replaceAll('\n', '\r\n')}`)).toEqual(made);
  });

  it('reads well: titles as headings, code as code, attachments by name', () => {
    const made = document('Why?', 'So:\n\n```ts\nlet a;\n```', {
      title: 'Why *this*?',
      exchanges: [
        { question: 'Why?', attachments: ['src/a.ts:3-5', 'b`c.md'], answer: 'So:\n\n```ts\nlet a;\n```', finished: true },
        { question: '# And?', attachments: [], answer: 'Half a `', finished: false },
      ],
    });
    const text = toMarkdown(made, words);
    expect(text.split('\n').filter((line) => !line.startsWith('<!--'))).toMatchInlineSnapshot(`
      [
        "",
        "# Why \\*this\\*?",
        "",
        "",
        "## Question",
        "",
        "Attached: \`src/a.ts:3-5\`, \`\`b\`c.md\`\`",
        "",
        "Why?",
        "",
        "",
        "## Answer",
        "",
        "So:",
        "",
        "\`\`\`ts",
        "let a;",
        "\`\`\`",
        "",
        "",
        "## Question",
        "",
        "# And?",
        "",
        "",
        "## Answer",
        "",
        "Half a \`",
        "",
        "",
      ]
    `);
    const html = new MarkdownIt({ html: true }).render(text);
    expect(html.match(/<h1>.*<\/h1>/g)).toEqual(['<h1>Why *this*?</h1>', '<h1>And?</h1>']);
    expect(html.match(/<h2>.*<\/h2>/g)).toEqual(Array(2).fill(['<h2>Question</h2>', '<h2>Answer</h2>']).flat());
    expect(html).toContain('<code>src/a.ts:3-5</code>, <code>b`c.md</code>');
  });

  it('stays legible behind an answer that was stopped in the midst of a block', () => {
    const made = document('1?', 'So:\n\n````ts\nlet a;\n```', {
      exchanges: [
        { question: '1?', attachments: [], answer: 'So:\n\n````ts\nlet a;\n```', finished: false },
        { question: '2?', attachments: [], answer: 'two', finished: true },
      ],
    });
    const html = new MarkdownIt({ html: true }).render(toMarkdown(made, words));
    expect(html.match(/<h2>/g)).toHaveLength(4);
    expect(fromMarkdown(toMarkdown(made, words))).toEqual(made);
  });

  it.each([
    ['nothing', ''],
    ['another document', '# Notes\n\n## Question\n\nWhy?'],
    ['one that was cut', toMarkdown(document('Why?', 'So.'), words).slice(0, -30)],
    ['one whose answer was taken out', toMarkdown(document('Why?', 'So.'), words).replace('<!-- paddock:answer -->', '')],
    ['one whose parts have changed places', toMarkdown(document('Why?', 'So.'), words).replace('paddock:question', 'paddock:answer')],
    ['one of a later version', toMarkdown(document('Why?', 'So.'), words).replace('"version":1', '"version":2')],
    ['one whose facts are none', toMarkdown(document('Why?', 'So.'), words).replace('"createdAt":1', '"createdAt":"x"')],
  ])('is not seen in %s', (_, text) => {
    expect(() => fromMarkdown(text)).toThrow();
  });
});

describe('an open fence', () => {
  it.each([
    ['```ts\nlet a;', '```'],
    ['~~~~\n```\n~~~', '~~~~'],
    ['```\na\n```', undefined],
    ['```\na\n````  ', undefined],
    ['```\na\n``` b', '```'],
    ['``` a`b\nc', undefined],
    ['    ```\na', undefined],
    ['', undefined],
  ])('of %j is %j', (text, fence) => {
    expect(openFence(text)).toBe(fence);
  });
});

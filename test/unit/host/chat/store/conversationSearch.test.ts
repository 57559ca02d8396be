import { beforeEach, describe, expect, it } from 'vitest';
import { newConversation, newTurn, type Conversation } from '../../../../../src/host/chat/store/conversationRecords';
import { ConversationSearch } from '../../../../../src/host/chat/store/conversationSearch';
import type { ConversationSummary } from '../../../../../src/host/chat/store/conversationSummaries';

let records: Map<string, Conversation>;
let reads: string[];
let search: ConversationSearch;

beforeEach(() => {
  records = new Map();
  reads = [];
  search = new ConversationSearch((id) => {
    reads.push(id);
    return Promise.resolve(records.get(id));
  });
});

function add(id: string, title: string, ...exchanges: readonly (readonly [question: string, answer: string])[]): ConversationSummary {
  const turns = exchanges.map(([text, answer], index) => ({ ...newTurn(`${id}-${String(index)}`, { text }), answer }));
  records.set(id, { ...newConversation(id, 1), title, turns });
  return { id, title, updatedAt: 1, turns: turns.length, pinned: false };
}

async function found(
  summaries: readonly ConversationSummary[],
  query: string,
  signal = new AbortController().signal,
): Promise<(readonly [string, string | undefined])[]> {
  const all: (readonly [string, string | undefined])[] = [];
  for await (const { summary, snippet } of search.find(summaries, query, signal)) all.push([summary.id, snippet]);
  return all;
}

describe('ConversationSearch', () => {
  it('finds titles, questions and answers in any case, with an excerpt', async () => {
    const list = [
      add('a', 'About Parsers', ['?', '!']),
      add('b', 'b', ['What does a PARSER do?', 'It reads.']),
      add('c', 'c', ['What?', 'A long text before it, then\n\na parser, and then more text behind it'.padEnd(200, '.')]),
      add('d', 'd', ['What?', 'Nothing.']),
    ];
    const results = await found(list, 'parser');
    expect(results.map(([id]) => id)).toEqual(['a', 'b', 'c']);
    expect(results[0]?.[1]).toBeUndefined();
    expect(results[1]?.[1]).toBe('What does a PARSER do?');
    expect(results[2]?.[1]).toMatch(/^…text before it, then a parser, and then more.*…$/);
  });

  it('shows an excerpt of whole characters', async () => {
    const family = '👨‍👩‍👧‍👦';
    for (const shift of ['', 'x', 'xx', 'xxx', 'xxxx']) {
      const list = [add('a', 'a', [`${family.repeat(9)}${shift}parser${shift}${family.repeat(9)}`, ''])];
      const [[, snippet = ''] = []] = await found(list, 'parser');
      expect(snippet.replaceAll(family, '#')).toMatch(/^…#+x*parserx*#+…$/);
    }
  });

  it('finds conversations with every word, and shows words that stand together', async () => {
    const list = [
      add('a', 'Parsers', ['in Rust', '']),
      add('b', 'Parsers', ['in Go', '']),
      add('c', 'c', ['rust, and far from it: parser', 'the parser in rust']),
    ];
    expect(await found(list, '  parser   rust ')).toEqual([
      ['a', 'in Rust'],
      ['c', 'rust, and far from it: parser'],
    ]);
    expect(await found(list, 'parser in rust')).toEqual([
      ['a', 'in Rust'],
      ['c', 'the parser in rust'],
    ]);
  });

  it.each(['a.b', '(x', '[', String.raw`\d`, '$&', 'a|b', '{1}', '为什么', '🦙'])('finds %j literally', async (query) => {
    const list = [add('a', 'a', [`before ${query} after`, '']), add('b', 'b', ['aXb x 1 a b', ''])];
    expect(await found(list, query)).toEqual([['a', `before ${query} after`]]);
  });

  it('splits no character in an excerpt', async () => {
    const list = [add('a', 'a', [`${'🦙'.repeat(100)}-x-${'🦙'.repeat(100)}`, ''])];
    const [, snippet] = (await found(list, 'x'))[0] ?? [];
    expect(snippet).toMatch(/^…(?:🦙)+-x-(?:🦙)+…$/u);
  });

  it('reads an unchanged conversation once, and not at all for a match in its title', async () => {
    const list = [add('a', 'title', ['q', ''])];
    await found(list, 'title');
    await found(list, 'q');
    await found(list, 'none');
    expect(reads).toEqual(['a']);
    await found(
      list.map((each) => ({ ...each, updatedAt: 2 })),
      'q',
    );
    expect(reads).toEqual(['a', 'a']);
  });

  it('stops when the user types on, and skips a deleted conversation', async () => {
    const list = [add('a', 'a', ['x', '']), add('b', 'b', ['x', ''])];
    records.delete('a');
    expect(await found(list, 'x')).toEqual([['b', 'x']]);
    const typedOn = new AbortController();
    typedOn.abort();
    expect(await found(list, 'x', typedOn.signal)).toEqual([]);
  });

  it('searches a thousand conversations', async () => {
    const list = Array.from({ length: 1000 }, (_, index) => add(`c${String(index)}`, 'title', [`question ${String(index)}.`, 'answer']));
    expect(await found(list, 'question 999.')).toEqual([['c999', 'question 999.']]);
  });
});

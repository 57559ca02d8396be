/**
 * @import { Recorder } from './traceRecord.mjs'
 * @import { TraceEvent } from './trace'
 */

/** @typedef {TraceEvent extends infer Event ? Event extends { at: number } ? Omit<Event, 'at'> : never : never} Doing */

/**
 * Three minutes' work in three files, with ten questions in three conversations and five explanations. Edits are small and sensible; what is
 * asked has to do with them.
 * @param {Recorder} person
 */
export function scenario(person) {
  weather(person);
  records(person);
  model(person);
  backAgain(person);
}

/** @param {Recorder} person */
function weather(person) {
  person.show('weather.py');
  person.think(1500);
  person.edit('    return celsius * 9 / 5 + 32\n', { type: '\n\ndef to_inches(mm: float) -> float:\n    return mm / 25.4\n' });
  person.ask('reading', 'How do I read a CSV file in Python and skip rows that are not numbers?');
  // Goes on while the answer is written.
  person.edit('raise ValueError("window must be at least 1', { erase: 'at least 1', type: 'positive' });
  person.think(1200);
  person.ask('reading', 'And why newline="" in open()?');
  person.think(2000);
  person.explain('averages', 'def moving_average(', 13);
  person.think(2200);
  person.ask('averages', 'What happens when the window is larger than the list?');
  person.edit('rain {day.rain_mm:.1f} mm")\n', { type: '        warmest = max(days, key=lambda day: day.high)\n' });
  person.edit('print(f"  longest dry spell: {longest_dry_spell(days)} days")', {
    type: '\n        print(f"  warmest day: {warmest.day}")',
  });
}

/** @param {Recorder} person */
function records(person) {
  person.show('records.ts');
  person.think(1300);
  person.explain('history', 'export function historyOf(', 11);
  person.edit('const TITLE_LENGTH = 60', { erase: '60', type: '72' });
  person.ask('types', 'What is the difference between an interface and a type alias in TypeScript?');
  person.edit("tokens: [], state: 'streaming', droppedTurns: 0, cuts: [] };\n}\n", {
    type: "\n/** The last answer with a word in it. */\nexport function lastAnswer(turns: readonly StoredTurn[]): string | undefined {\n  return turns.findLast((entry) => entry.answer !== '')?.answer;\n}\n",
  });
  person.think(1600);
  person.explain('titles', 'export function titleOf(', 5);
  person.think(1400);
  person.ask('types', 'Which of the two should I use for a union?');
  person.edit("entry.state = 'stopped';\n  return record", {
    erase: 'record',
    word: true,
    type: '{ ...record, title: record.title.trim() }',
  });
}

/** @param {Recorder} person */
function model(person) {
  person.show('model.mjs');
  person.ask('reading', 'Write the CSV one again, as a generator.');
  person.edit('throw new Error(`status ${String(response.status)}', { type: ' from ${base}' });
  person.ask('hashes', 'How do I compute the SHA-256 of a large file in Node.js without reading it whole?');
  person.edit('const STALL_MS = 30_000;\n', {
    type: '\n/** @param {number} bytes */\nfunction megabytes(bytes) {\n  return `${Math.round(bytes / 1e6)} MB`;\n}\n',
  });
  person.explain('download', 'async function fromHuggingFace(', 33);
  person.think(1800);
  person.edit("throw new Error('the download ended early'", {
    erase: "'the download ended early'",
    word: true,
    type: '`the download ended after ${megabytes(await sizeOf(part))}`',
  });
  person.ask('hashes', 'And how do I show how far it is?');
}

/** @param {Recorder} person */
function backAgain(person) {
  person.show('weather.py');
  person.edit('averages = []', { erase: ' = []', type: ': list[float] = []' });
  person.ask('reading', 'How would I test that?');
  person.think(2400);
  person.explain('main', 'def main() -> None:', 12);
  person.show('records.ts');
  person.ask('types', 'Show a short example of it.');
  person.edit('export const CONVERSATION_SCHEMA_VERSION = 1', { erase: '1', type: '2' });
  person.think(1000);
  person.ask('hashes', 'Which errors can that throw?');
}

import type { CompletionRequest, CompletionResult } from '../../../src/contract/completion';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SourceFile } from '../../../scripts/lib/models/corpus.mjs';
import { note, step } from '../../../scripts/lib/progress.mjs';
import { decideTrigger } from '../../../src/host/completion/completionTrigger';
import { BareModel, bareTokens } from './bareModel';
import { neighboursOf } from './completionNeighbours';
import { pictureOf } from './completionPicture';
import { choosePositions, languagesOf, type Position } from './completionPositions';
import { qualityRows, scoresOf, type QualityRow, type Scores, type Shown } from './completionQualityScores';
import { OurWorker } from '../session/ours';
import { SyntaxErrors } from './syntaxErrors';

export interface QualityBench {
  readonly files: readonly SourceFile[];
  readonly model: string;
  readonly worker: string;
  readonly positions: number;
  readonly seed: number;
  readonly threads: number;
  /** Path of an SVG picture to write. */
  readonly picture: string;
}

export interface QualityReport {
  readonly bench: 'ghost-quality';
  readonly model: string;
  readonly seed: number;
  readonly positions: number;
  readonly eligible: number;
  readonly columns: readonly Scores[];
  /** By language: what is shown, and how much of it is kept. */
  readonly languages: Readonly<Record<string, readonly Scores[]>>;
  /** Why nothing was shown, the most frequent reason first. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly rows: readonly QualityRow[];
  readonly holds: boolean;
}

const contextTokens = 4096;
/** As package.json's default. */
const maxTokens = 64;

/** Asks the bare model and Paddock's worker at the same places of real files. */
export async function benchGhostQuality(bench: QualityBench): Promise<{ readonly table: string; readonly report: QualityReport }> {
  const positions = choosePositions(bench.files, bench.positions, bench.seed);
  const eligible = positions.flatMap((position) => {
    const params = paramsAt(position);
    return params === undefined ? [] : [{ position, params }];
  });
  note(`${positions.length} places in ${languagesOf(positions).join(', ')}; ${eligible.length} are eligible for ghost text.`);
  const errors = new SyntaxErrors();
  const bareTexts = await step('Asking the bare model', () => askBare(bench, eligible));
  const alone = await step('Asking Paddock without other files', () => askPaddock(bench, eligible));
  const { answers, name } = await step('Asking Paddock', () => askPaddock(bench, withNeighbours(eligible, bench)));
  const columns = [
    columnOf('bare model', bareTexts),
    columnOf(
      "bare model's first line",
      bareTexts.map(({ position, text }) => ({ position, text: firstLine(text) })),
    ),
    columnOf('Paddock', answers),
    columnOf('Paddock without other files', alone.answers),
  ];
  const judged = await Promise.all(columns.map((column) => judge(column, errors)));
  const scores = judged.map(({ name: of, shown }) => scoresOf(of, shown));
  const [bare, line, ours] = scores;
  if (!bare || !line || !ours) throw new Error('A column is missing.');
  const rows = qualityRows(ours, bare, line);
  const languages = Object.fromEntries(
    languagesOf(positions).map((language) => [
      language,
      judged.map(({ name: of, shown }) =>
        scoresOf(
          of,
          shown.filter(({ position }) => position.language === language),
        ),
      ),
    ]),
  );
  const report: QualityReport = {
    bench: 'ghost-quality',
    model: name,
    seed: bench.seed,
    positions: positions.length,
    eligible: eligible.length,
    columns: scores,
    languages,
    dropped: droppedOf(answers),
    rows,
    holds: rows.every(({ holds }) => holds),
  };
  await mkdir(dirname(bench.picture), { recursive: true });
  await writeFile(bench.picture, await pictureOf(languages));
  return { table: tableOf(report), report };
}

interface Asked {
  readonly position: Position;
  readonly params: CompletionRequest;
}

interface Answered {
  readonly position: Position;
  readonly text: string;
  readonly replaces?: number | undefined;
  readonly dropped?: string | undefined;
}

/** What the host asks the worker at a place; `undefined` where it does not ask. */
function paramsAt({ prefix, suffix, path, language }: Position): CompletionRequest | undefined {
  const decision = decideTrigger({
    before: prefix.slice(prefix.lastIndexOf('\n') + 1),
    after: suffix.split('\n', 1)[0] ?? '',
    path,
    scheme: 'file',
    selectionIsEmpty: true,
    cursors: 1,
    invoked: false,
    off: undefined,
    excluded: false,
    justTaken: false,
  });
  return decision.kind === 'ask' ? { path, language, prefix, suffix, multiline: decision.multiline, maxTokens } : undefined;
}

function withNeighbours(asked: readonly Asked[], { files, seed }: QualityBench): readonly Asked[] {
  return asked.map(({ position, params }) => {
    const file = files.find(({ language, path }) => language === position.language && path === position.path);
    return { position, params: file ? { ...params, related: neighboursOf(file, files, seed) } : params };
  });
}

async function askBare({ model }: QualityBench, asked: readonly Asked[]): Promise<readonly Answered[]> {
  const bare = await BareModel.load(model, contextTokens);
  try {
    const answers: Answered[] = [];
    for (const { position } of asked) answers.push({ position, text: await bare.complete(position.prefix) });
    return answers;
  } finally {
    await bare.dispose();
  }
}

async function askPaddock(
  bench: QualityBench,
  asked: readonly Asked[],
): Promise<{ readonly answers: readonly Answered[]; readonly name: string }> {
  const worker = await OurWorker.start(bench.worker);
  try {
    const facts = await worker.load({ role: 'chat', path: bench.model, contextTokens, gpu: 'off', threads: bench.threads });
    const answers: Answered[] = [];
    for (const { position, params } of asked) {
      const { text, replaces, dropped }: CompletionResult = await worker.complete(params);
      answers.push({ position, text, replaces, dropped });
    }
    return { answers, name: facts.name };
  } finally {
    await worker.end();
  }
}

interface Column {
  readonly name: string;
  readonly answers: readonly Answered[];
}

function columnOf(name: string, answers: readonly Answered[]): Column {
  return { name, answers };
}

async function judge(
  { name, answers }: Column,
  errors: SyntaxErrors,
): Promise<{ readonly name: string; readonly shown: readonly Shown[] }> {
  const shown: Shown[] = [];
  for (const { position, text, replaces = 0 } of answers)
    shown.push({ position, text, replaces, errors: text === '' ? 0 : await errors.broughtBy(position, text, replaces) });
  return { name, shown };
}

/** The first line that has something on it, as far as the one the cursor is in. */
function firstLine(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.trim() === '' ? '' : line;
}

function droppedOf(answers: readonly Answered[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { text, dropped = 'nothing' } of answers) if (text === '') counts.set(dropped, (counts.get(dropped) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

function tableOf({ columns, languages, rows, dropped, positions, eligible, model }: QualityReport): string {
  const line = (cells: readonly unknown[]): string =>
    cells.map((cell, index) => (index === 0 ? String(cell).padEnd(26) : String(cell).padStart(12))).join('');
  const figures: readonly [string, (scores: Scores) => unknown][] = [
    ['shown share', ({ shown }) => shown],
    ['shown characters', ({ shownCharacters }) => shownCharacters],
    ['kept characters', ({ keptCharacters }) => keptCharacters],
    ['kept share', ({ kept }) => kept],
    ['exact first line', ({ exactLine }) => exactLine],
    ['edit similarity', ({ similarity }) => similarity],
    ['parses', ({ parses }) => parses],
    ['syntax errors', ({ syntaxErrors }) => syntaxErrors],
    ['duplicated suffixes', ({ duplicatedSuffixes }) => duplicatedSuffixes],
    ['leaked tokens', ({ leakedTokens }) => leakedTokens],
  ];
  return [
    `${model}: ${eligible} of ${positions} places are eligible; the bare model writes ${bareTokens} tokens`,
    line(['', ...columns.map((_, index) => ['bare', 'first line', 'Paddock', 'alone'][index] ?? '')]),
    ...figures.map(([name, of]) => line([name, ...columns.map(of)])),
    ...Object.entries(languages).map(([language, each]) => line([`kept share, ${language}`, ...each.map(({ kept }) => kept)])),
    ...rows.map(({ name, value, most, least, holds }) => {
      const bar = most === undefined ? `at least ${String(least)}` : `at most ${most}`;
      return `${holds ? 'holds         ' : 'DOES NOT HOLD '} ${name}: ${String(value)}, ${bar}`;
    }),
    `dropped: ${Object.entries(dropped)
      .map(([reason, count]) => `${reason} ${count}`)
      .join(', ')}`,
  ].join('\n');
}

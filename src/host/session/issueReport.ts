/**
 * The report for an issue: Markdown, in English, made of versions, numbers and names from fixed lists. Nothing in it is the user's: no
 * path, but the base name of the model's file; no text, label or title; of an error only what has a place in a list of known words.
 */
import type { ModelFacts } from '../../contract/models';
import { constants } from 'node:os';
import { sliceFromStart } from '../../util/text/wholeCharacters';
import type { EngineErrorData } from '../../contract/engineErrors';
import type { LaneView, ParkedView, SessionView } from '../../contract/sessionFacts';
import type { InitializeResult } from '../../contract/rpc/workerMethods';
import type { EngineState } from '../llm/languageModel';
import type { Config } from '../services/config';

export interface ReportFacts {
  readonly versions: {
    readonly paddock: string;
    readonly vscode: string;
    /** `desktop`, `web`, or what else the editor says it is. */
    readonly appHost: string;
    /** Kind of the remote, such as `ssh-remote`. */
    readonly remote: string | undefined;
    readonly language: string;
  };
  readonly machine: {
    readonly platform: string;
    readonly release: string;
    readonly arch: string;
    readonly cpu: string;
    readonly cores: number;
    readonly totalBytes: number;
    readonly freeBytes: number;
  };
  readonly worker: InitializeResult | undefined;
  readonly state: EngineState;
  readonly view: SessionView | undefined;
  readonly config: Config;
  /** The engine's last one since the window opened. */
  readonly lastError: EngineErrorData | undefined;
}

type Row = readonly [label: string, value: string];

export function issueReport(facts: ReportFacts): string {
  const { state, view, lastError } = facts;
  const model = state.kind === 'ready' ? modelRows(state.facts) : [];
  const ghostText = state.kind === 'ready' ? completionRows(state.facts) : [];
  return [
    table('Paddock', [...versionRows(facts), ...machineRows(facts), ['Engine', stateOf(state)]]),
    table('Model', model),
    table('Ghost text model', ghostText),
    table('Settings', settingRows(facts.config)),
    ...(view ? [table('Session', sessionRows(view))] : []),
    table('Last error', lastError ? errorRows(lastError) : []),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function versionRows({ versions, worker }: ReportFacts): readonly Row[] {
  const { paddock, vscode, appHost, remote, language } = versions;
  return [
    ['Paddock', paddock],
    // What follows the plus sign is the remote's address.
    ['VS Code', [vscode, appHost, ...(remote === undefined ? [] : [remote.split('+')[0] ?? '']), language].join(', ')],
    ['node-llama-cpp', worker?.libraryVersion ?? 'not started'],
    ['Worker', worker?.runtimeVersion ?? 'not started'],
  ];
}

function machineRows({ machine }: ReportFacts): readonly Row[] {
  return [
    ['System', `${machine.platform} ${machine.release}, ${machine.arch}`],
    ['CPU', `${machine.cpu.trim()}, ${machine.cores} threads`],
    ['Memory', `${megabytes(machine.totalBytes)}, ${megabytes(machine.freeBytes)} free`],
  ];
}

function stateOf(state: EngineState): string {
  return state.kind === 'ready' && !state.responding ? 'ready, not responding' : state.kind;
}

function completionRows({ completion }: ModelFacts): readonly Row[] {
  if (!completion) return [];
  return completion.kind === 'loaded' ? modelRows(completion.facts) : [['Not loaded', completion.error.kind]];
}

function modelRows(facts: ModelFacts): readonly Row[] {
  return [
    ['File', `${baseName(facts.path)}, ${megabytes(facts.fileBytes)}, ${facts.mapped ? 'mapped' : 'read'}`],
    ['Architecture', `${facts.architecture}, prompt format ${facts.promptFormat}`],
    ['Context', `${facts.contextTokens} tokens, trained with ${facts.trainContextTokens}`],
    ['Lanes', `${facts.lanes}, ${megabytes(facts.laneBytes)} each, ${megabytes(facts.freeBytes)} free before`],
    ['Runs on', facts.gpu === false ? 'CPU' : `GPU (${facts.gpu})`],
    ['Threads', `prefill ${facts.threads}, decode ${facts.decodeThreads}`],
    ['Load', `${milliseconds(facts.loadMilliseconds)}, of that calibration ${milliseconds(facts.calibrationMilliseconds)}`],
    ['Taken up', `${facts.restoredTokens} tokens in ${milliseconds(facts.restoreMilliseconds)}`],
  ];
}

/** Of a path the file's name alone; empty and words as they are. */
function modelSetting(value: string): string {
  return value === '' ? "the chat's" : baseName(value);
}

function settingRows(config: Config): readonly Row[] {
  return [
    ['model.path', config['model.path'] === '' ? 'embedded' : baseName(config['model.path'])],
    ['ghostText.modelPath', modelSetting(config['ghostText.modelPath'])],
    ['worker.runtime', config['worker.runtime'] === '' ? "VS Code's own" : 'another'],
    ...plainSettings.map((key): Row => [key, String(config[key])]),
  ];
}

/** Settings whose values are numbers, switches or from a list. */
const plainSettings = [
  'model.contextTokens',
  'model.gpu',
  'worker.threads',
  'session.diskGigabytes',
  'chat.systemPrompt',
  'chat.temperature',
  'chat.maxTokens',
  'ghostText.enabled',
  'ghostText.relatedFiles',
  'ghostText.debounceMilliseconds',
  'ghostText.maxTokens',
] as const;

function sessionRows({ lanes, parked, totals, prefillTokensPerSecond, answers, memory }: SessionView): readonly Row[] {
  const { residentBytes, anonymousBytes } = memory;
  return [
    ...lanes.map((lane): Row => [`Lane ${lane.id}`, describeLane(lane)]),
    ...parked.map((each, index): Row => [`Parked ${index}`, describeParked(each)]),
    [
      'Totals',
      Object.entries<number>({ ...totals })
        .map(([name, value]) => `${name} ${value}`)
        .join(', '),
    ],
    ['Prefill', `${prefillTokensPerSecond.toFixed(1)} tokens/s`],
    ['Last answers, decode', answers.map(({ decodeTokensPerSecond }) => decodeTokensPerSecond.toFixed(1)).join(' ')],
    [
      'Worker memory',
      `${megabytes(residentBytes)} resident${anonymousBytes === undefined ? '' : `, ${megabytes(anonymousBytes)} anonymous`}`,
    ],
  ];
}

function ofModel(model: LaneView['model']): string {
  if (model === undefined) return '';
  return model === 'chat' ? "chat's model, " : "ghost text's model, ";
}

function describeLane({ model, role, tokens, capacity, busy }: LaneView): string {
  return `${ofModel(model)}${role}, ${tokens} of ${capacity} tokens${busy ? ', busy' : ''}`;
}

function describeParked({ model, role, tokens, bytes, place, own }: ParkedView): string {
  return `${ofModel(model)}${role}, ${tokens} tokens, ${megabytes(bytes)}, ${place}${own ? '' : ', another workspace'}`;
}

/** What of an error has a place in a report: numbers, and words from lists. */
function errorRows(error: EngineErrorData): readonly Row[] {
  const numbers = Object.entries(error).filter(([, value]) => typeof value === 'number');
  const words = 'detail' in error ? knownWords(error.detail) : '';
  return [
    ['Kind', error.kind],
    ...(error.kind === 'workerDied' && error.cause !== undefined ? [['Cause', error.cause] as const] : []),
    ...(error.kind === 'unsupportedArchitecture' ? [['Architecture', error.architecture] as const] : []),
    ...numbers.map(([name, value]): Row => [name, String(value)]),
    ...(words === '' ? [] : [['Detail', words] as const]),
  ];
}

const known = new Set([...Object.keys(constants.errno), ...Object.keys(constants.signals)]);

/** Codes of the system's errors, signals and exit codes: all else in a detail may be a path, or somebody's words. */
function knownWords(detail: string): string {
  const words = detail.match(/\b[A-Z][A-Z0-9]+\b|\bexit code \d{1,10}\b/g) ?? [];
  return words.filter((word) => known.has(word) || word.startsWith('exit code')).join(', ');
}

function table(title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const lines = rows.map(([label, value]) => `| ${plain(label)} | ${plain(value)} |`);
  return [`### ${title}`, '', '| | |', '| --- | --- |', ...lines, ''].join('\n');
}

/** Longest value of a cell. */
const longest = 300;

/** Text that ends no cell and starts no markup, whatever is in it. */
function plain(text: string): string {
  return sliceFromStart(text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' '), longest).replace(
    /[\\`*[\]<>#|&@]/g,
    (sign) => `&#${sign.charCodeAt(0)};`,
  );
}

/** The last part of a path of any system. */
function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? '';
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function milliseconds(value: number): string {
  return `${Math.round(value)} ms`;
}

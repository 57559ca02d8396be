import type { Finding } from './soakFindings';
import { growth, type Stretch } from '../lib/processTreeMemory';

/** What a soak was, and whether everything held. */
export interface SoakReport {
  readonly name: 'soak';
  readonly seed: number;
  readonly minutes: number;
  readonly rounds: number;
  readonly holds: boolean;
  readonly requests: {
    readonly chat: number;
    readonly ghost: number;
    readonly warm: number;
    readonly cancelled: number;
    readonly failed: number;
  };
  readonly kills: number;
  readonly reloads: number;
  /** Tokens whose KV new workers took up from parked lanes. */
  readonly restoredTokens: number;
  /** Answers and ghost texts asked for again in a cold worker; `largest` difference of those taken for near ties, in logs of odds. */
  readonly compared: {
    readonly chat: number;
    readonly ghost: number;
    readonly same: number;
    readonly nearTies: number;
    readonly wrong: number;
    readonly largest: number;
  };
  /** Of the worker that lived through most rounds; absent where it could not be measured. Bytes, and `growth` as a share. */
  readonly memory?: MemoryReport;
  readonly findings: readonly Finding[];
}

export interface MemoryReport {
  readonly rounds: number;
  readonly firstPss: number;
  readonly lastPss: number;
  readonly pssGrowth: number;
  readonly anonymousGrowth: number;
}

/** The most a worker's memory may grow over the rounds of one life. */
export const mostGrowth = 0.02;

/** Of the longest stretch. */
export function memoryReport(stretches: readonly Stretch[]): MemoryReport | undefined {
  const points = [...stretches].sort((a, b) => b.points.length - a.points.length)[0]?.points ?? [];
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return undefined;
  return {
    rounds: points.length,
    firstPss: first.pss,
    lastPss: last.pss,
    pssGrowth: growth(points.map(({ pss }) => pss)),
    anonymousGrowth: growth(points.map(({ anonymous }) => anonymous)),
  };
}

/** The report as people read it; the JSON object is its last line. */
export function printed(report: SoakReport): string {
  const { requests, compared, memory } = report;
  const grown = memory
    ? `${megabytes(memory.firstPss)} to ${megabytes(memory.lastPss)} over ${memory.rounds} rounds, growth ${percent(memory.pssGrowth)}`
    : 'not measured: that takes Linux and five minutes';
  const kinds = [...new Set(report.findings.map(({ kind }) => kind))];
  return [
    `Soak of ${report.minutes.toFixed(1)} minutes, seed ${report.seed}: ${report.rounds} rounds of the trace`,
    `requests      ${requests.chat} answers, ${requests.ghost} ghost texts, ${requests.warm} warm-ups; ${requests.cancelled} cancelled, ${requests.failed} cut off`,
    `trouble       ${report.kills} kills, ${report.reloads} reloads; ${report.restoredTokens} tokens taken up from parked lanes`,
    `against cold  ${compared.chat} answers and ${compared.ghost} ghost texts: ${compared.same} the same, ${compared.nearTies} near ties (within ${compared.largest.toFixed(3)}), ${compared.wrong} wrong`,
    `memory        ${grown}`,
    `holds         ${report.holds ? 'yes' : `no: ${kinds.map((kind) => `${kind} ${report.findings.filter((one) => one.kind === kind).length}`).join(', ')}`}`,
    JSON.stringify(report),
    '',
  ].join('\n');
}

export function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

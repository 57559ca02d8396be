/** Why a worker that ended by itself has ended, as far as there is evidence. */
import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import type { EngineErrorData, WorkerDeath } from '../../../contract/engineErrors';

/** How the machine's memory stands. */
export interface MemoryReading {
  /** Bytes that can be had without swapping; `undefined` where the system does not say so in a number worth believing. */
  readonly freeBytes: number | undefined;
  readonly totalBytes: number;
  /** Processes that the kernel has ended for want of memory since it started, those for a cgroup's limit too; `undefined` where unknown. */
  readonly oomKills: number | undefined;
}

/** A worker's end. */
export interface WorkerEnd {
  /** For logs and in sentences: the signal, the exit code or the error. */
  readonly detail: string;
  readonly cause?: WorkerDeath;
}

export interface DeathFacts {
  readonly signal: string | null;
  /** Why the host has killed it, if it has. */
  readonly killedFor: WorkerDeath | undefined;
  /** The lines it wrote last to its standard error. */
  readonly lastWords: readonly string[];
  /** When it last answered, and now. */
  readonly before: MemoryReading | undefined;
  readonly after: MemoryReading;
}

/** Below this share of all memory, whatever the system kills, it kills for memory. */
const lowShare = 0.1;

/** What V8, the C++ library and llama.cpp say when an allocation fails, before they abort. */
const allocationFailed = /heap out of memory|out of memory|bad_alloc|cannot allocate memory|failed to allocate/i;

/** The cause, where there is evidence of one. A kill by somebody else's hand on a machine with memory to spare has none. */
export function deathCause({ signal, killedFor, lastWords, before, after }: DeathFacts): WorkerDeath | undefined {
  if (killedFor !== undefined) return killedFor;
  if (lastWords.some((line) => allocationFailed.test(line))) return 'memory';
  if (signal !== 'SIGKILL') return undefined;
  const kills = (after.oomKills ?? 0) - (before?.oomKills ?? after.oomKills ?? 0);
  return kills > 0 || isLow(before) || isLow(after) ? 'memory' : undefined;
}

function isLow(reading: MemoryReading | undefined): boolean {
  return reading?.freeBytes !== undefined && reading.freeBytes < lowShare * reading.totalBytes;
}

/** The error that the worker's requests end in. */
export function workerDied({ detail, cause }: WorkerEnd): Extract<EngineErrorData, { kind: 'workerDied' }> {
  return { kind: 'workerDied', detail, ...(cause === undefined ? {} : { cause }) };
}

/** Takes a reading; some tens of microseconds. */
export function readMemory(): MemoryReading {
  return {
    // On a Mac, memory that is free in this sense is always little: the system fills it with caches.
    freeBytes: process.platform === 'darwin' ? undefined : freemem(),
    totalBytes: totalmem(),
    oomKills: process.platform === 'linux' ? oomKills() : undefined,
  };
}

/** The kernel's own count (Linux 4.13 and later); it has kills for a cgroup's limit in it. */
function oomKills(): number | undefined {
  try {
    return parseOomKills(readFileSync('/proc/vmstat', 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param vmstat the text of `/proc/vmstat` */
export function parseOomKills(vmstat: string): number | undefined {
  const count = /^oom_kill (\d+)$/m.exec(vmstat)?.[1];
  return count === undefined ? undefined : Number(count);
}

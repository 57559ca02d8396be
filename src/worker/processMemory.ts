import { readFileSync } from 'node:fs';
import type { WorkerMemory } from '../contract/sessionFacts';

/** This process's memory now; some tens of microseconds. */
export function readWorkerMemory(): WorkerMemory {
  return { residentBytes: process.memoryUsage.rss(), anonymousBytes: process.platform === 'linux' ? readAnonymous() : undefined };
}

function readAnonymous(): number | undefined {
  try {
    return parseAnonymous(readFileSync('/proc/self/status', 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param status the text of a process's `/proc/<pid>/status` */
export function parseAnonymous(status: string): number | undefined {
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

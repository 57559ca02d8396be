import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** What limits the number of threads; all counts, `undefined` where unknown or unlimited. */
export interface ThreadLimits {
  /** Physical cores, not hyper-threads. */
  readonly physicalCores: number;
  /** Logical CPUs this process may run on. */
  readonly affinity: number;
  /** CPUs' worth of time the cgroup grants. */
  readonly cgroupQuota: number | undefined;
}

/**
 * Threads to evaluate with: never above any limit, at least one. `wanted` is the user's choice, 0 for none. A thread above the cores
 * there are makes decode several times slower, as llama.cpp's threads spin.
 */
export function chooseThreads(wanted: number, limits: ThreadLimits): number {
  const ceiling = Math.max(1, Math.min(limits.physicalCores, limits.affinity, Math.floor(limits.cgroupQuota ?? Infinity)));
  return wanted > 0 ? Math.min(Math.floor(wanted), ceiling) || 1 : ceiling;
}

/** This machine's limits. `physicalCores` comes from llama.cpp, which knows each platform's way to count them. */
export function readThreadLimits(physicalCores: number): ThreadLimits {
  return { physicalCores, affinity: availableParallelism(), cgroupQuota: readCgroupQuota() };
}

/** CPUs granted by cgroup v2 (`cpu.max`: quota and period in microseconds) or v1; `undefined` without a limit. */
function readCgroupQuota(): number | undefined {
  const read = (path: string): string => {
    try {
      return readFileSync(path, 'utf8').trim();
    } catch {
      return '';
    }
  };
  const [quota, period] = read('/sys/fs/cgroup/cpu.max').split(' ');
  return parseQuota(quota, period) ?? parseQuota(read('/sys/fs/cgroup/cpu/cpu.cfs_quota_us'), read('/sys/fs/cgroup/cpu/cpu.cfs_period_us'));
}

function parseQuota(quota: string | undefined, period: string | undefined): number | undefined {
  const cpus = Number(quota) / Number(period);
  return Number.isFinite(cpus) && cpus > 0 ? cpus : undefined;
}

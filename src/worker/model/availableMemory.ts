import { freemem, platform, totalmem } from 'node:os';

export { chooseCapacity, leastBytes, type Capacity } from '../../util/memoryBudget';

/**
 * Memory this process can still have, without taking from others: the system's, or the cgroup's where that is less. macOS counts as free
 * only what nothing was ever in; there the share that it does not hold back itself is taken.
 */
export function availableBytes(): number {
  const system = platform() === 'darwin' ? Math.max(freemem(), totalmem() * 0.6) : freemem();
  // Node 20.13 and 22 have it; an older runtime chosen in the settings may not.
  const { availableMemory } = process as { availableMemory?: () => number };
  const granted = platform() === 'darwin' ? Infinity : (availableMemory?.call(process) ?? Infinity);
  return granted > 0 ? Math.min(system, granted) : system;
}

/** Share of the weights that may be repacked for a mapped file still to be the smaller choice. */
const repackedShare = 0.05;

/**
 * Whether the file is mapped. Mapped weights are shared between windows, and the system can drop and read them again. But weights that
 * llama.cpp repacks for the processor are then in memory twice: 8.6 GB resident were measured for Llama 2 7B in Q4_0, and 5.0 GB unmapped.
 * @param repackedBytes as an earlier load of this model reported it; `undefined` while unknown
 */
export function shouldMap(fileBytes: number, repackedBytes: number | undefined): boolean {
  return repackedBytes !== undefined && repackedBytes <= repackedShare * fileBytes;
}

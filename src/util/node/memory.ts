import { freemem, platform, totalmem } from 'node:os';

/**
 * Bytes of memory that this process can still take without pushing others out: the free memory of the system, or of the cgroup where that
 * is less. macOS reports as free only pages that were never used, so there it is at least 60% of the memory.
 */
export function availableBytes(): number {
  if (platform() === 'darwin') return Math.max(freemem(), totalmem() * 0.6);
  // Node has it from 20.13 and 22 on. The settings may choose an older runtime for the worker.
  const { availableMemory } = process as { availableMemory?: () => number };
  const granted = availableMemory?.call(process) ?? 0;
  return granted > 0 ? Math.min(freemem(), granted) : freemem();
}

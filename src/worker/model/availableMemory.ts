export { chooseCapacity, leastBytes, type Capacity } from '../../util/memoryBudget';
export { availableBytes } from '../../util/node/memory';

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

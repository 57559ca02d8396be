import { availableParallelism, cpus, totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import * as v from 'valibot';
import { availableBytes } from '../../../util/node/memory';
import type { Memento } from '../../services/memento';
import { decodeShare, type Machine } from './modelFit';

const memoryKey = 'machine.bandwidth';
const remembered = v.object({
  processor: v.string(),
  threads: v.number(),
  bytesPerSecond: v.pipe(v.number(), v.minValue(1)),
  /** How often it was measured. */
  times: v.number(),
});
type Remembered = v.InferOutput<typeof remembered>;

/** Other programs only ever make memory look slower: the best of so many measurements counts. */
const enoughTimes = 3;

/** More threads than these add nothing on the memory channels that machines have, and each takes memory of its own. */
const mostThreads = 8;
/** Where it cannot be measured: two channels of DDR4, of which decoding gets its share. */
const assumedBytesPerSecond = 25e9;
const measureLimit = 5000;

/**
 * Runs in a thread of its own and reads a block of memory through, again and again. `Buffer.indexOf` of one byte is C's memchr: nothing
 * that JavaScript offers reads faster. The block is far larger than a cache.
 */
const reader = `
const { parentPort, workerData } = require('node:worker_threads');
const block = Buffer.alloc(workerData.bytes, 1);
block.indexOf(0);
let best = 0;
for (let round = 0; round < workerData.rounds; round++) {
  const started = performance.now();
  block.indexOf(0);
  best = Math.max(best, workerData.bytes / ((performance.now() - started) / 1000));
}
parentPort.postMessage(best);
`;

/** Bytes that all threads read together; more than any cache holds. */
const blockBytes = 256e6;
const rounds = 12;

/** How fast all cores together read memory, bytes a second. Takes a fraction of a second, beside the thread that asks. */
export async function measureBandwidth(threads = Math.min(availableParallelism(), mostThreads)): Promise<number> {
  const rates = await Promise.all(Array.from({ length: threads }, () => readThrough(Math.ceil(blockBytes / threads))));
  return rates.reduce((sum, rate) => sum + rate, 0);
}

function readThrough(bytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(reader, { eval: true, workerData: { bytes, rounds } });
    const limit = setTimeout(() => {
      reject(new Error('the measurement took too long'));
      void thread.terminate();
    }, measureLimit);
    thread.once('message', (rate: number) => {
      clearTimeout(limit);
      resolve(rate);
    });
    thread.once('error', (error) => {
      clearTimeout(limit);
      reject(error);
    });
  });
}

/**
 * The bandwidth of this machine: measured at the first few occasions and remembered until the processor is another one. Where it cannot be
 * measured, what is remembered, or a cautious assumption, which is not.
 */
export async function bandwidth(memory: Memento, measure: () => Promise<number> = measureBandwidth): Promise<number> {
  const known = recall(memory);
  if (known && known.times >= enoughTimes) return known.bytesPerSecond;
  try {
    const bytesPerSecond = Math.max(await measure(), known?.bytesPerSecond ?? 0);
    await remember(memory, bytesPerSecond, (known?.times ?? 0) + 1);
    return bytesPerSecond;
  } catch {
    return known?.bytesPerSecond ?? assumedBytesPerSecond;
  }
}

/**
 * Learns from how fast a model really decoded. Nothing is learned before the first measurement, and never that the machine is slower.
 */
export async function learnBandwidth(memory: Memento, tokensPerSecond: number, weightBytes: number): Promise<void> {
  const known = recall(memory);
  const shown = (tokensPerSecond * weightBytes) / decodeShare;
  if (known && shown > known.bytesPerSecond) await remember(memory, shown, known.times);
}

function recall(memory: Memento): Remembered | undefined {
  const { success, output } = v.safeParse(remembered, memory.get(memoryKey));
  return success && output.processor === processor() && output.threads === availableParallelism() ? output : undefined;
}

async function remember(memory: Memento, bytesPerSecond: number, times: number): Promise<void> {
  await memory.update(memoryKey, { processor: processor(), threads: availableParallelism(), bytesPerSecond, times } satisfies Remembered);
}

function processor(): string {
  return cpus()[0]?.model ?? 'unknown';
}

/**
 * The machine as it stands.
 * @param heldBytes what the loaded model takes, and would give back for another
 */
export async function readMachine(memory: Memento, heldBytes: number, gpu?: Machine['gpu']): Promise<Machine> {
  const totalBytes = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  return { freeBytes: Math.min(totalBytes, availableBytes() + heldBytes), totalBytes, bytesPerSecond: await bandwidth(memory), gpu };
}

/** Which machine a native file is for, by its header and not by its name. */
import { open } from 'node:fs/promises';

/** @typedef {{format: 'ELF' | 'Mach-O' | 'PE', machine: string}} Native */

/** Enough for the headers: a PE file's second one lies where its first one says, behind a small DOS program. */
const HEAD_BYTES = 4096;

/** By the numbers the formats give them; 32 bits are told from 64 by the names. */
const ELF_MACHINES = new Map([
  [0x03, 'ia32'],
  [0x28, 'arm'],
  [0x3e, 'x64'],
  [0xb7, 'arm64'],
  [0xf3, 'riscv64'],
]);
const MACH_O_MACHINES = new Map([
  [0x0000_0007, 'ia32'],
  [0x0100_0007, 'x64'],
  [0x0100_000c, 'arm64'],
]);
const PE_MACHINES = new Map([
  [0x014c, 'ia32'],
  [0x01c4, 'arm'],
  [0x8664, 'x64'],
  [0xaa64, 'arm64'],
]);

/**
 * @param {Buffer} head the file's first bytes
 * @returns {Native | undefined} `undefined` when it is no program and no library
 */
export function nativeOf(head) {
  return elf(head) ?? machO(head) ?? pe(head);
}

/**
 * @param {string} file
 * @returns {Promise<Native | undefined>}
 */
export async function nativeOfFile(file) {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return nativeOf(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/**
 * @param {ReadonlyMap<number, string>} machines
 * @param {number} id
 */
function machineOf(machines, id) {
  return machines.get(id) ?? `machine 0x${id.toString(16)}`;
}

/**
 * @param {Buffer} head
 * @returns {Native | undefined}
 */
function elf(head) {
  if (head.length < 20 || head.readUInt32BE(0) !== 0x7f45_4c46) return undefined;
  const littleEndian = head[5] === 1;
  return { format: 'ELF', machine: machineOf(ELF_MACHINES, littleEndian ? head.readUInt16LE(18) : head.readUInt16BE(18)) };
}

/**
 * @param {Buffer} head
 * @returns {Native | undefined} a file for several machines at once counts as none of them
 */
function machO(head) {
  if (head.length < 8) return undefined;
  const magic = head.readUInt32LE(0);
  if (magic === 0xfeed_facf || magic === 0xfeed_face)
    return { format: 'Mach-O', machine: machineOf(MACH_O_MACHINES, head.readUInt32LE(4)) };
  return head.readUInt32BE(0) === 0xcafe_babe ? { format: 'Mach-O', machine: 'several machines' } : undefined;
}

/**
 * @param {Buffer} head
 * @returns {Native | undefined}
 */
function pe(head) {
  if (head.length < 0x40 || head.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const at = head.readUInt32LE(0x3c);
  if (at + 6 > head.length || head.toString('latin1', at, at + 4) !== 'PE\0\0') return { format: 'PE', machine: 'unreadable' };
  return { format: 'PE', machine: machineOf(PE_MACHINES, head.readUInt16LE(at + 4)) };
}

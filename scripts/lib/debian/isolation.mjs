import os from 'node:os';
import { ensureDebian } from './debian.mjs';

/**
 * Wraps a command so that it, and all it starts, has no network but loopback: a network namespace of its own. Everything that talks to
 * each other (server, browser, test) must run inside the same one.
 * @param {readonly string[]} command
 * @returns {Promise<readonly string[]>}
 */
export async function isolated(command) {
  if (process.platform !== 'linux') throw new Error('The offline proof needs network namespaces, which only Linux has.');
  await ensureDebian(['iproute2'], 'the offline proof');
  const user = process.getuid?.() === 0 ? [] : ['--map-root-user'];
  return ['unshare', ...user, '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...command];
}

/** Whether this process can reach nothing but itself. */
export function isIsolated() {
  return Object.values(os.networkInterfaces()).every((addresses) => (addresses ?? []).every((address) => address.internal));
}

import { readFile, readdir } from 'node:fs/promises';
import { tryRun } from './exec.mjs';

/** @typedef {{pid: number, ppid: number, command: string}} Process */

/** @returns {Promise<Process[]>} */
async function allFromProc() {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state === undefined || state === 'Z'
        ? []
        : [{ pid: Number(pid), ppid: Number(ppid), command: command.replaceAll('\0', ' ').trim() }];
    }),
  );
  return found.flat();
}

/** @returns {Promise<Process[]>} */
async function allFromPs() {
  const { output } = await tryRun('ps', ['-axo', 'pid=,ppid=,command=']);
  return output.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    return match ? [{ pid: Number(match[1]), ppid: Number(match[2]), command: match[3] ?? '' }] : [];
  });
}

/**
 * Every living process that descends from one.
 * @param {number} ancestor
 * @returns {Promise<Process[]>}
 */
export async function descendants(ancestor) {
  const all = process.platform === 'linux' ? await allFromProc() : await allFromPs();
  const family = new Set([ancestor]);
  let size = 0;
  while (size !== family.size) {
    size = family.size;
    for (const { pid, ppid } of all) if (family.has(ppid)) family.add(pid);
  }
  family.delete(ancestor);
  return all.filter(({ pid }) => family.has(pid));
}

/** Whether a process with this id runs on this computer. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it belongs to another user, so it runs, and this process may not signal it.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
export const dist = path.join(root, 'dist');
export const out = path.join(root, 'out');

/** Where what is big lives: outside the clone, so that it survives `git clean` and serves every clone. */
export function cacheRoot() {
  const own = process.env['PADDOCK_CACHE'];
  if (own) return path.resolve(own);
  if (process.platform === 'win32') {
    return path.join(process.env['LOCALAPPDATA'] ?? path.join(os.homedir(), 'AppData', 'Local'), 'paddock');
  }
  const xdg = process.env['XDG_CACHE_HOME'];
  if (xdg) return path.join(xdg, 'paddock');
  return process.platform === 'darwin'
    ? path.join(os.homedir(), 'Library', 'Caches', 'paddock')
    : path.join(os.homedir(), '.cache', 'paddock');
}

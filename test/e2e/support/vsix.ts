import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach } from 'vitest';
import { Editor, type StartOptions } from './driver.mjs';

/** Where the end-to-end tests put their pictures. */
export const pictures = path.join(import.meta.dirname, '..', '..', '..', 'out', 'e2e');

/** A VS Code with the packaged extension installed, as a user has it. `PADDOCK_VSIX` names the package; `npm test` makes it. */
export async function installedPaddock(options: Omit<StartOptions, 'vsix' | 'link'> = {}): Promise<Editor> {
  const vsix = process.env['PADDOCK_VSIX'];
  if (vsix === undefined) throw new Error('PADDOCK_VSIX names no package; run `npm test -- --level e2e`.');
  return Editor.start({ ...options, vsix, settings: { 'paddock.chat.temperature': 0, ...options.settings } });
}

/** Shows, of each test of a file's or a group's that fails, what the window looked like and what Paddock logged. */
export function showFailures(editor: () => Editor): void {
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    await mkdir(pictures, { recursive: true });
    const picture = path.join(pictures, `failed-${task.name.replace(/\W+/g, '-')}.png`);
    process.stderr.write(`${task.name}: ${picture}\n${await editor().evidence(picture)}\n`);
  });
}

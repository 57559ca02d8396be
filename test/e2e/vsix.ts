import path from 'node:path';
import { Editor, type StartOptions } from './driver.mjs';

/** Where the end-to-end tests put their pictures. */
export const pictures = path.join(import.meta.dirname, '..', '..', 'out', 'e2e');

/** A VS Code with the packaged extension installed, as a user has it. `PADDOCK_VSIX` names the package; `npm test` makes it. */
export async function installedPaddock(options: Omit<StartOptions, 'vsix' | 'link'> = {}): Promise<Editor> {
  const vsix = process.env['PADDOCK_VSIX'];
  if (vsix === undefined) throw new Error('PADDOCK_VSIX names no package; run `npm test -- --level e2e`.');
  return Editor.start({ ...options, vsix, settings: { 'paddock.chat.temperature': 0, ...options.settings } });
}

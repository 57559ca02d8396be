import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/**
 * Entry point of VS Code's test runner. Writes what happened to the file that `PADDOCK_TEST_RESULTS` names: an extension host that dies
 * counts as success to the runner outside, a missing file does not.
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 120_000, color: false });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await Promise.all([
    import('./activation.test'),
    import('./vscodeChat.test'),
    import('./engine.test'),
    import('./ghostText.test'),
    import('./encodings.test'),
    import('./files.test'),
    import('./notebooks.test'),
  ]);
  const only = process.env['PADDOCK_TEST_GREP'];
  if (only !== undefined) mocha.grep(only);
  const failures: string[] = [];
  let passed = 0;
  await new Promise<void>((resolve) => {
    mocha
      .run(() => {
        resolve();
      })
      .on('pass', () => {
        passed++;
      })
      .on('fail', (test: Mocha.Test, error: Error) => {
        failures.push(`${test.fullTitle()}: ${error.stack ?? error.message}`);
      });
  });
  const results = process.env['PADDOCK_TEST_RESULTS'];
  if (results !== undefined) writeFileSync(results, JSON.stringify({ passed, failed: failures.length, failures }, undefined, 2));
  if (failures.length > 0) throw new Error(failures.join('\n'));
}

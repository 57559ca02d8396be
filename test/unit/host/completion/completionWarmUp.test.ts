import { beforeEach, describe, expect, it, vi } from 'vitest';
import { GhostWarmer } from '../../../../src/host/completion/completionWarmUp';
import { readConfig } from '../../../../src/host/services/config';
import { FakeDocument } from '../../../fixtures/vscode/fakeDocument';
import { FakeEditor } from '../../../fixtures/vscode/fakeEditor';
import { window } from '../../../fixtures/vscode/fakeWindow';
import { Position, Selection } from '../../../fixtures/vscode/positions';
import { Uri } from '../../../fixtures/vscode/uri';
import { fakeFacts, FakeEngine } from '../../../fixtures/engine/fakeEngine';

/** The active editor, with its cursor at the bar. */
function editorAt(marked: string, more: { path?: string; scheme?: string; empty?: boolean } = {}): FakeEditor {
  const { path = '/project/src/a.ts', scheme = 'file', empty = true } = more;
  const document = new FakeDocument(marked.replace('|', ''), new Uri(path, scheme), 'typescript');
  const cursor = document.positionAt(marked.indexOf('|'));
  window.activeTextEditor = new FakeEditor(document, new Selection(empty ? cursor : new Position(0, 0), cursor));
  return window.activeTextEditor;
}

const other = { path: 'src/b.ts', text: 'export function b(): void;\n' };
/** Knows of another file from the first pause on. */
const related = {
  known: [] as readonly (typeof other)[],
  fails: false,
  settle: (): Promise<void> => {
    if (related.fails) return Promise.reject(new Error('no language server'));
    related.known = [other];
    return Promise.resolve();
  },
  for: (): readonly (typeof other)[] => related.known,
};

let engine: FakeEngine;
let enabled: boolean;
let waiting: (() => void)[];
let warmer: GhostWarmer;

beforeEach(() => {
  engine = new FakeEngine();
  enabled = true;
  waiting = [];
  related.known = [];
  related.fails = false;
  warmer = new GhostWarmer(
    engine,
    () => readConfig(() => undefined),
    { controls: { offReason: () => (enabled ? undefined : 'off') }, related },
    (action) => {
      waiting.push(action);
      return { dispose: () => void (waiting = waiting.filter((each) => each !== action)) };
    },
  );
});

async function pause(): Promise<void> {
  const actions = waiting;
  waiting = [];
  for (const action of actions) action();
  await new Promise((resolve) => setImmediate(resolve));
}

describe('GhostWarmer', () => {
  it('warms up the place of the cursor once after a pause', async () => {
    const editor = editorAt('const a = |\nconst b = 2;\n');
    warmer.moved(editor);
    warmer.moved(editor);
    expect(engine.warmed).toEqual([]);
    await pause();
    warmer.moved(editor);
    await pause();
    expect(engine.warmed).toEqual([
      { kind: 'completion', path: 'src/a.ts', language: 'typescript', prefix: 'const a = ', suffix: '\nconst b = 2;\n', related: [other] },
    ]);
  });

  it('warms up without related files when they cannot be read', async () => {
    related.fails = true;
    warmer.moved(editorAt('const a = |\nconst b = 2;\n'));
    await pause();
    expect(engine.warmed).toMatchObject([{ prefix: 'const a = ', related: [] }]);
  });

  it('does not read related files when there is nothing to warm up', async () => {
    enabled = false;
    warmer.moved(editorAt('const a = |'));
    await pause();
    expect(related.known).toEqual([]);
  });

  it('warms up a newly shown file without waiting for a pause', async () => {
    warmer.arrived(editorAt('const a = |'));
    await vi.waitFor(() => {
      expect(engine.warmed).toHaveLength(1);
    });
    expect(waiting).toEqual([]);
  });

  it('warms up to the end of the line when a word follows the cursor', async () => {
    warmer.moved(editorAt('one();\ntw|o();\nthree();\n'));
    await pause();
    expect(engine.warmed).toMatchObject([{ prefix: 'one();\ntwo();', suffix: '\nthree();\n' }]);
  });

  it.each([
    ['a secret', { path: '/project/.env' }],
    ['the output channel', { scheme: 'output' }],
    ['a selection', { empty: false }],
  ])('warms up nothing in %s', async (_, more) => {
    warmer.moved(editorAt('a = |', more));
    await pause();
    expect(engine.warmed).toEqual([]);
  });

  it('warms up nothing with ghost text off, without a model, and in an inactive editor', async () => {
    enabled = false;
    warmer.moved(editorAt('a = |'));
    await pause();
    enabled = true;
    engine.become({ kind: 'stopped' });
    warmer.moved(editorAt('b = |'));
    await pause();
    engine.become({ kind: 'ready', generation: 2, responding: true, facts: fakeFacts });
    warmer.moved(editorAt('c = |'));
    window.activeTextEditor = undefined;
    await pause();
    warmer.moved(editorAt('d = |'));
    warmer.moved(undefined);
    await pause();
    expect(engine.warmed).toEqual([]);
  });

  it('is cancelled by a request and tries again at the next pause', async () => {
    engine.overtakes = 1;
    const editor = editorAt('a = |');
    warmer.moved(editor);
    await pause();
    await pause();
    expect(engine.warmed).toHaveLength(2);
    warmer.moved(editorAt('b = |'));
    warmer.cancel();
    await pause();
    expect(engine.warmed).toHaveLength(2);
  });
});

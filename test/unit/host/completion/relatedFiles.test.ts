import { beforeEach, describe, expect, it, vi } from 'vitest';
import { RelatedFiles } from '../../../../src/host/completion/relatedFiles';

type Document = Parameters<RelatedFiles['for']>[0];

interface Editor {
  readonly document: Document;
  readonly selection: { readonly start: { line: number }; readonly end: { line: number }; readonly active: { line: number } };
}

const vscode = vi.hoisted(() => {
  class Range {
    constructor(
      readonly startLine: number,
      readonly startCharacter: number,
      readonly endLine: number,
      readonly endCharacter: number,
    ) {}
    get start(): { line: number } {
      return { line: this.startLine };
    }
  }
  const listeners = new Map<string, (event: unknown) => void>();
  const on = (name: string) => (listener: (event: never) => void) => {
    listeners.set(name, listener as (event: unknown) => void);
    return { dispose: () => listeners.delete(name) };
  };
  return {
    listeners,
    definitions: [] as { uri: unknown; range: { start: { line: number }; end: { line: number } } }[],
    documents: new Map<string, unknown>(),
    Range,
    Position: class {
      constructor(
        readonly line: number,
        readonly character: number,
      ) {}
    },
    Disposable: { from: () => ({ dispose: () => undefined }) },
    window: {
      activeTextEditor: undefined,
      visibleTextEditors: [] as unknown[],
      onDidChangeActiveTextEditor: on('active'),
    },
    workspace: {
      isTrusted: true,
      asRelativePath: (uri: { path: string }) => uri.path.slice('/project/'.length),
      getWorkspaceFolder: (uri: { path: string }) => (uri.path.startsWith('/project/') ? {} : undefined),
      openTextDocument: (uri: { path: string }) =>
        vscode.documents.has(uri.path) ? Promise.resolve(vscode.documents.get(uri.path)) : Promise.reject(new Error('binary')),
      onDidChangeTextDocument: on('changed'),
      onDidCloseTextDocument: on('closed'),
      onDidDeleteFiles: on('deleted'),
      onDidRenameFiles: on('renamed'),
    },
    commands: { executeCommand: () => Promise.resolve(vscode.definitions) },
  };
});

vi.mock('vscode', () => vscode);

function uriOf(path: string): { readonly path: string; readonly toString: () => string } {
  return { path, toString: () => `file://${path}` };
}

function documentOf(path: string, text: string): Document {
  const lines = text.split('\n');
  const document = {
    uri: uriOf(path),
    lineCount: lines.length,
    getText: (range?: { startLine: number; endLine: number }) =>
      range ? lines.slice(range.startLine, range.endLine + 1).join('\n') : text,
  };
  vscode.documents.set(path, document);
  return document as unknown as Document;
}

const editorOf = (document: Document, line: number, until = line): Editor => ({
  document,
  selection: { start: { line }, end: { line: until }, active: { line: until } },
});

/** The user goes from one editor to another. */
async function goTo(editor: Editor | undefined): Promise<void> {
  vscode.listeners.get('active')?.(editor);
  await new Promise((resolve) => setImmediate(resolve));
}

const paragraphs = ['first();', 'a();', 'b();', 'c();', '', 'second();', 'd();', 'e();', 'f();', ''].join('\n');
const here = documentOf('/project/here.ts', "import { there } from './there';\n\nthere(");
const there = documentOf('/project/there.ts', paragraphs);
const secret = documentOf('/project/.env', 'PASSWORD=1\n');

const always = (): boolean => true;

let isOn: boolean;
let related: RelatedFiles;
const texts = (): readonly string[] => related.for(here, here.getText()).map(({ text }) => text);

beforeEach(() => {
  isOn = true;
  vscode.workspace.isTrusted = true;
  vscode.window.visibleTextEditors = [];
  vscode.definitions = [];
  const onDidChange = (listener: (event: undefined) => void): { dispose: () => void } => {
    vscode.listeners.set('rules', listener as (event: unknown) => void);
    return { dispose: () => undefined };
  };
  related = new RelatedFiles({ allows: (document) => Promise.resolve(document !== secret), onDidChange }, () => isOn);
});

describe('RelatedFiles', () => {
  it('knows what was read in a file that was left, from the next pause on', async () => {
    await goTo(editorOf(there, 1));
    await goTo(editorOf(here, 2));
    expect(texts()).toEqual([]);
    await related.settle(here, always);
    expect(related.for(here, here.getText())).toEqual([{ path: 'there.ts', text: 'first();\na();\nb();\nc();\n' }]);
  });

  it('knows where something was changed there, and what was selected', async () => {
    await goTo(editorOf(there, 0, 3));
    vscode.listeners.get('changed')?.({ document: there, contentChanges: [{ range: { start: { line: 7 } } }] });
    await goTo(editorOf(here, 2));
    await related.settle(here, always);
    expect(texts().join('')).toContain('first();');
    expect(texts().join('')).toContain('second();');
  });

  it('reads only the lines near the cursor of a large file', async () => {
    const large = documentOf(
      '/project/large.ts',
      Array.from({ length: 130_000 }, (_, line) => (line % 10 === 9 ? '' : `line${line}();`)).join('\n'),
    );
    const read: number[] = [];
    const counting = Object.assign(Object.create(large) as Document, {
      getText: (range?: Parameters<Document['getText']>[0]) => {
        const text = large.getText(range);
        read.push(text.length);
        return text;
      },
    });
    await goTo(editorOf(counting, 100_002));
    await goTo(editorOf(here, 2));
    await related.settle(here, always);
    expect(texts()).toEqual([Array.from({ length: 9 }, (_, index) => `line${100_000 + index}();\n`).join('')]);
    expect(Math.max(...read)).toBeLessThan(1000);
  });

  it('knows what is open beside', async () => {
    vscode.window.visibleTextEditors = [editorOf(here, 2), editorOf(there, 6)];
    await related.settle(here, always);
    expect(texts()).toEqual(['second();\nd();\ne();\nf();\n']);
  });

  it('knows the first lines of what is imported', async () => {
    vscode.definitions = [{ uri: there.uri, range: { start: { line: 5 }, end: { line: 5 } } }];
    await related.settle(here, always);
    expect(texts()).toEqual(['second();\n']);
  });

  it.each([
    ['its folder is deleted', 'deleted', { files: [uriOf('/project')] }],
    ['it has another name', 'renamed', { files: [{ oldUri: there.uri }] }],
    ['the rules change', 'rules', undefined],
  ])('forgets a file when %s', async (_, event, what) => {
    vscode.window.visibleTextEditors = [editorOf(there, 0)];
    await related.settle(here, always);
    expect(texts()).toHaveLength(1);
    vscode.listeners.get(event)?.(what);
    expect(texts()).toEqual([]);
  });

  it('leaves what stands in prompts alone when somebody types before the pause is over', async () => {
    vscode.window.visibleTextEditors = [editorOf(there, 0)];
    await related.settle(here, () => false);
    expect(texts()).toEqual([]);
  });

  it('does without an import that cannot be opened', async () => {
    const gone = uriOf('/project/gone.bin');
    const range = { start: { line: 5 }, end: { line: 5 } };
    vscode.definitions = [{ uri: gone, range }];
    await related.settle(here, always);
    vscode.definitions = [{ uri: there.uri, range }];
    await related.settle(here, always);
    expect(texts()).toEqual(['second();\n']);
  });

  it('has nothing of a file that may not be shared, of one that is deleted, or of the document itself', async () => {
    vscode.window.visibleTextEditors = [editorOf(secret, 0), editorOf(there, 0)];
    await related.settle(here, always);
    expect(related.for(there, there.getText())).toEqual([]);
    expect(texts()).toHaveLength(1);
    vscode.listeners.get('deleted')?.({ files: [there.uri] });
    expect(texts()).toEqual([]);
  });

  it('has nothing when it is off, or where the workspace is not trusted', async () => {
    vscode.window.visibleTextEditors = [editorOf(there, 0)];
    await related.settle(here, always);
    isOn = false;
    expect(texts()).toEqual([]);
    isOn = true;
    vscode.workspace.isTrusted = false;
    expect(texts()).toEqual([]);
  });
});

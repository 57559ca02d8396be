import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Emitter } from '../../../../src/util/event';
import { answerCommand } from '../../../fixtures/vscode/fakeCommands';
import { documentChanged, type FakeDocument } from '../../../fixtures/vscode/fakeDocument';
import { FakeEditor } from '../../../fixtures/vscode/fakeEditor';
import { goToEditor, window } from '../../../fixtures/vscode/fakeWindow';
import { openDocument, workspace, workspaceEvents } from '../../../fixtures/vscode/fakeWorkspace';
import { Location, Range, Selection } from '../../../fixtures/vscode/positions';
import { Uri } from '../../../fixtures/vscode/uri';
import { RelatedFiles } from '../../../../src/host/completion/relatedFiles';

const editorOf = (document: FakeDocument, line: number, until = line): FakeEditor =>
  new FakeEditor(document, new Selection(line, 0, until, 0));

function answerDefinition(definition: Location): void {
  answerCommand('vscode.executeDefinitionProvider', () => [definition]);
}

/** The user goes from one editor to another. */
async function goTo(editor: FakeEditor): Promise<void> {
  goToEditor(editor);
  await new Promise((resolve) => setImmediate(resolve));
}

const paragraphs = ['first();', 'a();', 'b();', 'c();', '', 'second();', 'd();', 'e();', 'f();', ''].join('\n');
let here: FakeDocument;
let there: FakeDocument;
let secret: FakeDocument;

const always = (): boolean => true;

let isOn: boolean;
let related: RelatedFiles;
const rules = new Emitter<undefined>();
const texts = (): readonly string[] => related.for(here, here.getText()).map(({ text }) => text);

beforeEach(() => {
  isOn = true;
  here = openDocument('/project/here.ts', "import { there } from './there';\n\nthere(");
  there = openDocument('/project/there.ts', paragraphs);
  secret = openDocument('/project/.env', 'PASSWORD=1\n');
  related = new RelatedFiles({ allows: (document) => Promise.resolve(document !== secret), onDidChange: rules.event }, () => isOn);
});

describe('RelatedFiles', () => {
  it('returns the visited lines of a file after the next pause', async () => {
    await goTo(editorOf(there, 1));
    await goTo(editorOf(here, 2));
    expect(texts()).toEqual([]);
    await related.settle(here, always);
    expect(related.for(here, here.getText())).toEqual([{ path: 'there.ts', text: 'first();\na();\nb();\nc();\n' }]);
  });

  it('returns changed and selected lines of another file', async () => {
    await goTo(editorOf(there, 0, 3));
    documentChanged.fire({ document: there, contentChanges: [{ range: new Range(7, 0, 7, 0), text: '' }], reason: undefined });
    await goTo(editorOf(here, 2));
    await related.settle(here, always);
    expect(texts().join('')).toContain('first();');
    expect(texts().join('')).toContain('second();');
  });

  it('reads only the lines near the cursor of a large file', async () => {
    const large = openDocument(
      '/project/large.ts',
      Array.from({ length: 130_000 }, (_, line) => (line % 10 === 9 ? '' : `line${line}();`)).join('\n'),
    );
    const read = vi.spyOn(large, 'getText');
    await goTo(editorOf(large, 100_002));
    await goTo(editorOf(here, 2));
    await related.settle(here, always);
    expect(texts()).toEqual([Array.from({ length: 9 }, (_, index) => `line${100_000 + index}();\n`).join('')]);
    expect(Math.max(...read.mock.results.map(({ value }) => (value as string).length))).toBeLessThan(1000);
  });

  it('returns lines near the cursor of other visible editors', async () => {
    window.visibleTextEditors = [editorOf(here, 2), editorOf(there, 6)];
    await related.settle(here, always);
    expect(texts()).toEqual(['second();\nd();\ne();\nf();\n']);
  });

  it('returns the first lines of an imported declaration', async () => {
    answerDefinition(new Location(there.uri, new Range(5, 0, 5, 0)));
    await related.settle(here, always);
    expect(texts()).toEqual(['second();\n']);
  });

  it.each([
    [
      'its folder is deleted',
      () => {
        workspaceEvents.deleted.fire({ files: [new Uri('/project')] });
      },
    ],
    [
      'it has another name',
      () => {
        workspaceEvents.renamed.fire({ files: [{ oldUri: there.uri, newUri: new Uri('/project/new.ts') }] });
      },
    ],
    [
      'the rules change',
      () => {
        rules.fire(undefined);
      },
    ],
  ])('forgets a file when %s', async (_, happen) => {
    window.visibleTextEditors = [editorOf(there, 0)];
    await related.settle(here, always);
    expect(texts()).toHaveLength(1);
    happen();
    expect(texts()).toEqual([]);
  });

  it('changes nothing when the user types before the pause is over', async () => {
    window.visibleTextEditors = [editorOf(there, 0)];
    await related.settle(here, () => false);
    expect(texts()).toEqual([]);
  });

  it('skips an import that cannot be opened', async () => {
    const range = new Range(5, 0, 5, 0);
    answerDefinition(new Location(new Uri('/project/gone.bin'), range));
    await related.settle(here, always);
    answerDefinition(new Location(there.uri, range));
    await related.settle(here, always);
    expect(texts()).toEqual(['second();\n']);
  });

  it('returns nothing of an excluded file, a deleted file or the document itself', async () => {
    window.visibleTextEditors = [editorOf(secret, 0), editorOf(there, 0)];
    await related.settle(here, always);
    expect(related.for(there, there.getText())).toEqual([]);
    expect(texts()).toHaveLength(1);
    workspaceEvents.deleted.fire({ files: [there.uri] });
    expect(texts()).toEqual([]);
  });

  it('returns nothing when it is off or the workspace is not trusted', async () => {
    window.visibleTextEditors = [editorOf(there, 0)];
    await related.settle(here, always);
    isOn = false;
    expect(texts()).toEqual([]);
    isOn = true;
    workspace.isTrusted = false;
    expect(texts()).toEqual([]);
  });
});

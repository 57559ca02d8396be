import type { ChatParams } from '../../../../src/contract/chat';
import { describe, expect, it } from 'vitest';
import { PendingEdit } from '../../../../src/host/edit/pendingEdit';
import { EditWriter } from '../../../../src/host/edit/editWriter';
import { FakeEditDocument } from '../../../fixtures/fakeEditDocument';
import { FakeEngine } from '../../../fixtures/engine/fakeEngine';

const params: ChatParams = {
  system: '',
  history: [],
  user: { text: 'x' },
  sampling: { temperature: 0, topP: 1, topK: 1, seed: 0 },
  maxTokens: 9,
};
const before = 'head\n  one\n  two\ntail';

function writing() {
  const engine = new FakeEngine();
  const document = new FakeEditDocument(before);
  const edit = PendingEdit.begin(document, 1, 3);
  document.follow(edit);
  const place = { original: ['  one', '  two'], before: ['head'], after: ['tail'], indentUnit: '  ' };
  const writer = new EditWriter(engine, edit, place);
  const read: string[] = [];
  const result = writer.run(params, (done, total) => read.push(`${done}/${total}`));
  return { engine, document, edit, writer, read, result };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the writing of an edit', () => {
  it('shows whole lines of code as they arrive, without the prose', async () => {
    const { engine, document, read, result } = writing();
    engine.last.read(5, 10);
    engine.last.write('Here:\n```ts\nONE\ntw');
    await settled();
    expect(document.content).toBe('head\n  one\n  ONE\n  two\ntail');
    engine.last.write('o\nthree\n```\nDone, I hope.');
    engine.last.end();
    expect(await result).toEqual({ kind: 'done', whole: true });
    expect(document.content).toBe('head\n  one\n  ONE\n  two\n  three\ntail');
    expect(read).toEqual(['5/10']);
  });

  it('keeps the lines that a cut answer did not reach', async () => {
    const { engine, document, edit, result } = writing();
    engine.last.write('```\nONE\ntw');
    engine.last.end('maxTokens');
    expect(await result).toEqual({ kind: 'done', whole: false });
    await edit.settle('accept');
    expect(document.content).toBe('head\n  ONE\n  two\ntail');
  });

  it('reports an answer without code or without changes', async () => {
    const none = writing();
    none.engine.last.write('I would not change that.');
    none.engine.last.end();
    expect(await none.result).toEqual({ kind: 'noCode' });
    const same = writing();
    same.engine.last.write('```\none\ntwo\n```');
    same.engine.last.end();
    expect(await same.result).toEqual({ kind: 'unchanged' });
    expect(same.document.content).toBe(before);
  });

  it('rejects an answer when the model did not see the whole selection', async () => {
    const { engine, result } = writing();
    engine.last.write('```\nONE\n```');
    engine.last.end('end', { cuts: [{ block: 'selection', label: '', shownLines: 1, totalLines: 2 }] });
    expect(await result).toEqual({ kind: 'selectionCut' });
  });

  it('shows nothing after it was stopped', async () => {
    const { engine, document, writer, result } = writing();
    engine.last.write('```\nONE\n');
    await settled();
    const shown = document.content;
    writer.stop();
    engine.last.write('TWO\n');
    expect(await result).toEqual({ kind: 'stopped' });
    expect(document.content).toBe(shown);
  });

  it('ends when the user changes its lines or the document rejects changes', async () => {
    const interrupted = writing();
    interrupted.writer.interrupt();
    expect(await interrupted.result).toEqual({ kind: 'interrupted' });
    const readOnly = writing();
    readOnly.document.readOnly = true;
    readOnly.engine.last.write('```\nONE\n');
    expect(await readOnly.result).toEqual({ kind: 'readOnly' });
    expect(readOnly.document.content).toBe(before);
  });

  it('reports why the engine failed', async () => {
    const { engine, result } = writing();
    engine.last.write('```\nONE\n');
    engine.last.fail({ kind: 'workerDied', detail: 'SIGKILL' });
    expect(await result).toEqual({ kind: 'failed', error: { kind: 'workerDied', detail: 'SIGKILL' } });
  });
});

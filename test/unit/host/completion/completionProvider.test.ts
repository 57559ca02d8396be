import type { CompletionRequest, CompletionResult } from '../../../../src/contract/completion';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { GhostNumbers } from '../../../../src/host/completion/completionStatistics';
import { GhostTextProvider } from '../../../../src/host/completion/completionProvider';
import type { Cancellation, LanguageModel, EngineState } from '../../../../src/host/llm/languageModel';
import { FakeDocument } from '../../../fixtures/vscode/fakeDocument';
import { FakeEditor } from '../../../fixtures/vscode/fakeEditor';
import { shown } from '../../../fixtures/vscode/fakeWindow';
import { workspace } from '../../../fixtures/vscode/fakeWorkspace';
import { Position, Range, Selection } from '../../../fixtures/vscode/positions';
import { InlineCompletionTriggerKind } from '../../../fixtures/vscode/vscodeTypes';
import { readConfig } from '../../../../src/host/services/config';

type Asked = Parameters<GhostTextProvider['provideInlineCompletionItems']>;

/** A document with the text on both sides of the bar, and the place of the bar. */
function documentAt(marked: string): { document: FakeDocument; position: Position } {
  const document = new FakeDocument(marked.replace('|', ''));
  return { document, position: document.positionAt(marked.indexOf('|')) };
}

const ready = { kind: 'ready', generation: 1 } as EngineState;

/** A provider whose model always writes `text`, or one of several as its alternatives, with the requests it made. */
function provider(texts: string | readonly string[], state: EngineState = ready, replaces?: number) {
  let enabled = true;
  const asked: CompletionRequest[] = [];
  const ahead: { readonly params: CompletionRequest; readonly cancel: Cancellation }[] = [];
  const calls: string[] = [];
  const engine = {
    state,
    start: () => undefined,
    complete: (params: CompletionRequest, cancel: Cancellation) => {
      if (params.ahead) {
        ahead.push({ params, cancel });
        return new Promise(() => undefined);
      }
      asked.push(params);
      calls.push('asked');
      const metrics = { reusedTokens: 0, promptTokens: 1, generatedTokens: 1, totalMilliseconds: 1 };
      const text = typeof texts === 'string' ? texts : (texts[params.variant ?? 0] ?? '');
      return Promise.resolve({ kind: 'done', value: { text, replaces, stop: 'rule', metrics } as CompletionResult });
    },
  } as unknown as LanguageModel;
  const ignore = (): void => undefined;
  const log = { error: ignore, warn: ignore, info: ignore, debug: ignore, trace: ignore };
  const config = () => readConfig((key) => (key === 'ghostText.debounceMilliseconds' ? 0 : undefined));
  const related = { for: () => [] };
  const controls = { offReason: () => (enabled ? undefined : ('off' as const)) };
  const numbers = new GhostNumbers();
  const beforeAsking = () => calls.push('asking');
  const ghost = new GhostTextProvider({ engine, config, controls, numbers, related, log, beforeAsking });
  const setEnabled = (value: boolean): void => {
    enabled = value;
  };
  return { asked, ahead, calls, ghost, numbers, setEnabled };
}

async function askAt(ghost: GhostTextProvider, document: FakeDocument, position: Position, triggerKind = 1): Promise<string | undefined> {
  return (await allAt(ghost, document, position, triggerKind))[0];
}

async function allAt(
  ghost: GhostTextProvider,
  document: FakeDocument,
  position: Position,
  triggerKind: number,
): Promise<readonly string[]> {
  const { Invoke, Automatic } = InlineCompletionTriggerKind;
  const context: Asked[2] = { triggerKind: triggerKind === 0 ? Invoke : Automatic, selectedCompletionInfo: undefined };
  const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) };
  const items = await ghost.provideInlineCompletionItems(document, position, context, token);
  return items.map(({ insertText }) => insertText as string);
}

function ask(ghost: GhostTextProvider, marked: string): Promise<string | undefined> {
  const { document, position } = documentAt(marked);
  return askAt(ghost, document, position);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('completions in a document with CRLF line ends', () => {
  it('send line feeds and a path with forward slashes to the model', async () => {
    vi.spyOn(workspace, 'asRelativePath').mockReturnValue('src\\a.ts');
    const { asked, ghost } = provider('return 1;');
    await ask(ghost, 'f(() => {\r\n  |\r\n});\r\n');
    expect(asked).toMatchObject([{ path: 'src/a.ts', prefix: 'f(() => {\n  ', suffix: '\n});\n', multiline: true }]);
  });

  it('return CRLF line ends, also while the user types along', async () => {
    const { asked, ghost } = provider('if (a) {\n    b();\n  }');
    expect(await ask(ghost, 'f(() => {\r\n  |\r\n});\r\n')).toBe('if (a) {\r\n    b();\r\n  }');
    expect(await ask(ghost, 'f(() => {\r\n  if (a) {\r\n|\r\n});\r\n')).toBe('    b();\r\n  }');
    expect(asked).toHaveLength(1);
  });
});

describe('a completion that repeats the brackets after the cursor', () => {
  it('replaces the brackets, also while the user types along and over them', async () => {
    const { ahead, ghost } = provider('x); y', ready, 1);
    const ranges: unknown[] = [];
    for (const marked of ['f(|)\n', 'f(x|)\n', 'f(x)|\n']) {
      const { document, position } = documentAt(marked);
      const context: Asked[2] = { triggerKind: InlineCompletionTriggerKind.Automatic, selectedCompletionInfo: undefined };
      const token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) };
      const [item] = await ghost.provideInlineCompletionItems(document, position, context, token);
      ranges.push([item?.insertText, item?.range?.start.character, item?.range?.end.character]);
    }
    expect(ranges).toEqual([
      ['x); y', 2, 3],
      ['); y', 3, 4],
      ['; y', 4, 4],
    ]);
    expect(ahead).toMatchObject([{ params: { prefix: 'f(x); y', suffix: '\n' } }]);
  });
});

describe('a completion that was requested by key', () => {
  it('shows a message about secrets in the file, which typing does not', async () => {
    const { asked, ghost } = provider('x');
    const secret = new FakeDocument('PASSWORD=', '/project/.env');
    const position = new Position(0, 9);
    await allAt(ghost, secret, position, 1);
    expect(shown.messages).toEqual([]);
    await allAt(ghost, secret, position, 0);
    expect(shown.messages).toEqual([expect.stringMatching(/^No suggestion here: .*secrets/)]);
    expect(asked).toEqual([]);
  });

  it('is requested although a word follows the cursor', async () => {
    const { asked, ghost } = provider('x');
    const { document, position } = documentAt('a = |b');
    await allAt(ghost, document, position, 1);
    expect(asked).toEqual([]);
    await allAt(ghost, document, position, 0);
    expect(asked).toHaveLength(1);
  });
});

describe('alternative completions', () => {
  const { document, position } = documentAt('return |');

  it('come after the shown completion, without duplicates, when requested by key', async () => {
    const { asked, ghost } = provider(['a + b;', 'a - b;', 'a + b;', '']);
    expect(await askAt(ghost, document, position)).toBe('a + b;');
    expect(await allAt(ghost, document, position, 0)).toEqual(['a + b;', 'a - b;']);
    expect(asked.map(({ variant }) => variant)).toEqual([undefined, 1, 2, 3]);
  });

  it('begin with a low-confidence completion when nothing is shown yet', async () => {
    const { asked, ghost } = provider('a + b;');
    await allAt(ghost, document, position, 1);
    await askAt(ghost, documentAt('return !|').document, documentAt('return !|').position);
    await allAt(ghost, documentAt('yield |').document, documentAt('yield |').position, 0);
    expect(asked.map(({ unsure }) => unsure)).toEqual([undefined, undefined, true]);
  });

  it('are not requested when nothing is shown yet or no key was pressed', async () => {
    const { asked, ghost } = provider(['a + b;', 'a - b;']);
    expect(await allAt(ghost, document, position, 0)).toEqual(['a + b;']);
    expect(await allAt(ghost, document, position, 1)).toEqual(['a + b;']);
    expect(asked).toHaveLength(1);
  });
});

describe('the completion after the shown one', () => {
  it('is computed ahead until the model gets another request', async () => {
    const { ahead, ghost } = provider(['a + b;']);
    await ask(ghost, 'f(() => {\n  return |\n});\n');
    expect(ahead.map(({ params }) => params)).toMatchObject([
      { prefix: 'f(() => {\n  return a + b;', suffix: '\n});\n', multiline: false, ahead: true },
    ]);
    // Typed along with, it stays wanted.
    await ask(ghost, 'f(() => {\n  return a |\n});\n');
    expect(ahead.map(({ cancel }) => cancel.isCancellationRequested)).toEqual([false]);
    await ask(ghost, 'f(() => {\n  return b|\n});\n');
    expect(ahead.map(({ cancel }) => cancel.isCancellationRequested)).toEqual([true, false]);
  });

  it('is multiline after an opened block, and not of low confidence', async () => {
    const { ahead, ghost } = provider('(a) {');
    const { document, position } = documentAt('if |');
    await askAt(ghost, document, position, 0);
    expect(ahead).toMatchObject([{ params: { prefix: 'if (a) {', multiline: true, unsure: false } }]);
  });

  it('is not computed when nothing was shown', async () => {
    const { ahead, ghost } = provider('');
    await ask(ghost, 'return |');
    expect(ahead).toEqual([]);
  });
});

describe('a warm-up', () => {
  it('is cancelled by a request, not by a cached completion', async () => {
    const { calls, ghost } = provider('return 1;');
    await ask(ghost, 'f(() => {\n  |\n});\n');
    await ask(ghost, 'f(() => {\n  return|\n});\n');
    expect(calls).toEqual(['asking', 'asked']);
  });
});

describe('a completion requested before the model was loaded', () => {
  const stopped: EngineState = { kind: 'stopped' };
  const error = { kind: 'noModel' } as const;

  async function missed(state: EngineState, change: { version?: number; character?: number; empty?: boolean } = {}, enabled = true) {
    const { ghost, setEnabled } = provider('', state);
    const { document, position } = documentAt('const a = |');
    await askAt(ghost, document, position);
    setEnabled(enabled);
    document.version = change.version ?? 1;
    const cursor = new Position(0, change.character ?? position.character);
    const editor = new FakeEditor(document, new Selection(change.empty === false ? new Position(0, 0) : cursor, cursor));
    return { ghost, editor };
  }

  it('is requested again once when the cursor has not moved', async () => {
    const { ghost, editor } = await missed(stopped);
    expect(ghost.takeMissed(editor)).toBe(true);
    expect(ghost.takeMissed(editor)).toBe(false);
  });

  it.each([{ version: 2 }, { character: 3 }, { empty: false }])('is forgotten after the change %j', async (change) => {
    const { ghost, editor } = await missed(stopped, change);
    expect(ghost.takeMissed(editor)).toBe(false);
  });

  it('is forgotten in another editor and when ghost text is off', async () => {
    expect((await missed(stopped)).ghost.takeMissed(undefined)).toBe(false);
    const off = await missed(stopped, {}, false);
    expect(off.ghost.takeMissed(off.editor)).toBe(false);
  });

  it.each<EngineState>([
    { kind: 'failed', generation: 1, error },
    { kind: 'restarting', generation: 1, error, delayMilliseconds: 1 },
  ])('is forgotten while the engine is $kind', async (state) => {
    const { ghost, editor } = await missed(state);
    expect(ghost.takeMissed(editor)).toBe(false);
  });
});

describe('an accepted completion', () => {
  it('blocks another completion at the same place until an edit or a key', async () => {
    const { asked, ghost, numbers } = provider('b;');
    const { document, position } = documentAt('const a = |');
    const editor = new FakeEditor(document, new Range(position, position));
    ghost.accepted({ characters: 2, oneLine: true }, editor);
    expect(await askAt(ghost, document, position)).toBeUndefined();
    expect(numbers.last).toBe('justTaken');
    expect(await askAt(ghost, document, position, 0)).toBe('b;');
    document.version = 2;
    expect(await askAt(ghost, document, position)).toBe('b;');
    expect(asked).toHaveLength(1);
  });

  it('allows another completion when it had several lines', async () => {
    const { ghost } = provider('b;');
    const { document, position } = documentAt('const a = |');
    ghost.accepted({ characters: 12, oneLine: false }, new FakeEditor(document, new Range(position, position)));
    expect(await askAt(ghost, document, position)).toBe('b;');
  });
});

describe('completion statistics', () => {
  it('count how each request ended and what was typed through', async () => {
    const { ghost, numbers, setEnabled } = provider('return 1;');
    await ask(ghost, 'f(() => {\n  |\n});\n');
    await ask(ghost, 'f(() => {\n  return|\n});\n');
    setEnabled(false);
    await ask(ghost, 'f(() => {\n  x|\n});\n');
    expect(numbers.last).toBe('off');
    expect(numbers.report().endings).toEqual([
      { ending: 'shown', count: 1 },
      { ending: 'kept', count: 1 },
      { ending: 'off', count: 1 },
    ]);
    // The cursor stood behind `return`, the tenth to sixteenth character.
    numbers.changed({ document: 'file:///project/src/a.ts', offset: 18, text: ' ' });
    expect(numbers.report().typedThrough).toBe(1);
  });

  it('name the rule that dropped an answer', async () => {
    const { ghost, numbers } = provider('');
    await ask(ghost, 'const a = |');
    expect(numbers.last).toBe('nothing');
  });
});

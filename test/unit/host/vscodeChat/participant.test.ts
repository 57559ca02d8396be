import type { ChatParams } from '../../../../src/contract/chat';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { AnswerMemory } from '../../../../src/host/vscodeChat/answerMemory';
import { followupsOf, Participant } from '../../../../src/host/vscodeChat/participant';
import { FakeEngine, fakeMetrics } from '../../../fixtures/engine/fakeEngine';
import { Cancel, MemoryLog } from '../../../fixtures/engine/workerClient';
import { FakeDocument } from '../../../fixtures/vscode/fakeDocument';
import { files } from '../../../fixtures/vscode/fakeFiles';
import { ChatResponseMarkdownPart } from '../../../fixtures/vscode/fakeLanguageModels';
import { reportProblems } from '../../../fixtures/vscode/fakeLanguages';
import { showEditor } from '../../../fixtures/vscode/fakeWindow';
import { Location, Range } from '../../../fixtures/vscode/positions';
import { Uri } from '../../../fixtures/vscode/uri';
import type { Reference, Request, Result, Stream, Turn } from './chatRequestFixtures';

interface Asking {
  readonly prompt: string;
  readonly command?: string;
  readonly references?: readonly Partial<Reference>[];
}

/** A chat of VS Code's with the participant: what it shows, and what it keeps for the next question. */
class FakeChatView {
  readonly engine = new FakeEngine();
  readonly cancel = new Cancel();
  shown: string[] = [];
  readonly history: Turn[] = [];
  private participant = this.newParticipant();

  private newParticipant(): Participant {
    const settings = () => ({ system: 'Be brief.', temperature: 0.2, maxTokens: 100 });
    return new Participant({ engine: this.engine, answers: new AnswerMemory(), settings, newSeed: () => 7, log: new MemoryLog() });
  }

  /** What was remembered is gone; what VS Code keeps is not. */
  reload(): void {
    this.participant = this.newParticipant();
  }

  async ask(asking: Asking, answer: (engine: FakeEngine) => void = () => undefined): Promise<Result> {
    this.shown = [];
    const asked = this.engine.chats.length;
    const request = { references: [], ...asking } as unknown as Request;
    const answered = this.participant.answer(request, { history: this.history }, this.stream(), this.cancel);
    await Promise.race([
      answered,
      vi.waitFor(() => {
        expect(this.engine.chats.length).toBeGreaterThan(asked);
      }),
    ]);
    answer(this.engine);
    const result = await answered;
    const text = this.shown.filter((line) => line.startsWith('markdown ')).map((line) => line.slice('markdown '.length));
    this.history.push(request as unknown as Turn);
    // As VS Code does it: one part for what came in pieces, and metadata as JSON.
    this.history.push({
      response: text.length === 0 ? [] : [new ChatResponseMarkdownPart(text.join(''))],
      result: JSON.parse(JSON.stringify(result)) as Result,
      participant: 'paddock.participant',
    } as unknown as Turn);
    return result;
  }

  /** Asks, and has the engine answer so. */
  exchange(asking: Asking, text: string): Promise<Result> {
    return this.ask(asking, (engine) => {
      for (const letter of text) engine.last.write(letter);
      engine.last.end();
    });
  }

  get params(): ChatParams {
    return this.engine.last.params;
  }

  private stream(): Stream {
    const note =
      (kind: string) =>
      (value: unknown): void => {
        this.shown.push(`${kind} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
      };
    return {
      markdown: note('markdown'),
      progress: note('progress'),
      reference: note('reference'),
      button: note('button'),
    } as unknown as Stream;
  }
}

const uri = new Uri('/project/weather.py');
const file = { path: 'weather.py', language: 'python', text: 'import sky\nrain()\nsun()' };

beforeEach(() => {
  files.set(uri.path, file.text);
});

describe('@paddock', () => {
  it('answers with Paddock’s model and returns the metrics', async () => {
    const view = new FakeChatView();
    const result = await view.exchange({ prompt: 'Capital of France?' }, 'Paris.');
    expect(view.shown.join('')).toBe('markdown Pmarkdown amarkdown rmarkdown imarkdown smarkdown .');
    expect(view.params).toMatchObject({ system: 'Be brief.', history: [], user: { text: 'Capital of France?' }, maxTokens: 100 });
    expect(result).toEqual({
      metadata: { model: 'Fake 7B', stop: 'end', metrics: fakeMetrics, droppedTurns: 0, contextTokens: 100, answerLength: 6 },
    });
  });

  it('sends the history with token ids, and without them after a reload', async () => {
    const view = new FakeChatView();
    await view.exchange({ prompt: 'One?' }, '1');
    await view.exchange({ prompt: 'Two?' }, '2');
    expect(view.params.history).toEqual([
      { user: { text: 'One?' }, answer: { text: '1', tokens: ['1'.codePointAt(0)], fingerprint: 'fake-model' } },
    ]);
    view.reload();
    await view.exchange({ prompt: 'Three?' }, '3');
    expect(view.params.history).toEqual([
      { user: { text: 'One?' }, answer: { text: '1' } },
      { user: { text: 'Two?' }, answer: { text: '2' } },
    ]);
  });

  it('attaches a file by its name and shows the reference', async () => {
    const view = new FakeChatView();
    await view.exchange({ prompt: 'What is #file:weather.py?', references: [{ id: 'file', range: [8, 24], value: uri }] }, 'Weather.');
    expect(view.params.user).toEqual({ text: 'What is weather.py?', file });
    expect(view.shown[0]).toBe(`reference ${JSON.stringify(uri)}`);
  });

  it('attaches a selection in whole lines with its file', async () => {
    const view = new FakeChatView();
    const value = new Location(uri, new Range(1, 2, 2, 0));
    await view.exchange({ prompt: 'What is this?', references: [{ id: 'selection', value }] }, 'Rain.');
    expect(view.params.user).toEqual({ text: 'What is this?', file, selection: { startLine: 2, endLine: 2, text: 'rain()' } });
  });

  it('adds attached texts in the order of mention, and reports what cannot be read', async () => {
    const view = new FakeChatView();
    const references = [
      { id: 'vscode.folder', value: new Uri('/project/src') },
      { id: 'image', value: { mimeType: 'image/png' }, modelDescription: 'a picture' },
      { id: 'b', value: 'second' },
      { id: 'a', value: 'first', modelDescription: 'The terminal' },
    ];
    await view.exchange({ prompt: 'Why?', references }, 'So.');
    expect(view.params.user.text).toBe('The terminal:\n```\nfirst\n```\n\nb:\n```\nsecond\n```\n\nWhy?');
    expect(view.shown[0]).toBe('progress Not attached, as it cannot be read as text: a picture, src');
  });

  it('cuts long attachments after a whole character', async () => {
    const view = new FakeChatView();
    const text = `${'x'.repeat(399_999)}🙂`;
    files.set(uri.path, text);
    const references = [
      { id: 'a', value: text },
      { id: 'file', value: new Location(uri, new Range(0, 0, 0, 4)) },
    ];
    await view.exchange({ prompt: 'Why?', references }, 'So.');
    const { user } = view.params;
    expect([user.file?.text, user.selection?.text]).toEqual([text.slice(0, 399_999), text.slice(0, 399_999)]);
    expect(user.text).toContain(`\n${text.slice(0, 399_999)}\n`);
  });

  it('keeps the text of an attached file as it was when it was asked about', async () => {
    const view = new FakeChatView();
    await view.exchange({ prompt: 'What is this?', references: [{ id: 'file', value: uri }] }, 'Weather.');
    files.set(uri.path, 'changed()');
    await view.exchange({ prompt: 'And?' }, 'Well.');
    expect(view.params.history[0]?.user).toEqual({ text: 'What is this?', file });
    view.reload();
    await view.exchange({ prompt: 'And?' }, 'Well.');
    expect(view.params.history[0]?.user.file?.text).toBe('changed()');
  });

  it('explains the attachment, or the selection, or the line of the cursor', async () => {
    const view = new FakeChatView();
    await view.exchange({ prompt: '', command: 'explain', references: [{ id: 'file', value: uri }] }, 'It rains.');
    expect(view.params.user).toMatchObject({ text: expect.stringMatching(/^Explain the selected python code/) as string, file });

    const document = new FakeDocument(file.text, uri);
    showEditor(document, new Range(1, 0, 1, 4));
    await view.exchange({ prompt: 'Shortly.', command: 'explain' }, 'It rains.');
    expect(view.params.user).toMatchObject({
      text: expect.stringContaining('The user adds: Shortly.') as string,
      file,
      selection: { startLine: 2, endLine: 2, text: 'rain()' },
    });

    showEditor(document, new Range(2, 1, 2, 1));
    await view.exchange({ prompt: '', command: 'explain' }, 'It rains.');
    expect(view.params.user).toMatchObject({ selection: { startLine: 3, endLine: 3, text: 'sun()' } });
  });

  it('adds the problems reported in the code to a fix', async () => {
    reportProblems(
      uri,
      { message: 'rain is not defined', severity: 0, range: new Range(1, 0, 1, 4) },
      { message: 'sky is not used', severity: 1, range: new Range(0, 7, 0, 10) },
    );
    const view = new FakeChatView();
    const value = new Location(uri, new Range(1, 0, 1, 6));
    await view.exchange({ prompt: '', command: 'fix', references: [{ id: 'selection', value }] }, 'So.');
    expect(view.params.user.text).toContain('- line 2: rain is not defined');
    expect(view.params.user.text).not.toContain('sky');
    await view.exchange({ prompt: '', command: 'fix', references: [{ id: 'file', value: uri }] }, 'So.');
    expect(view.params.user.text).toContain('- line 1: sky is not used');
  });

  it('does not attach an open file that was not mentioned', async () => {
    const view = new FakeChatView();
    showEditor(new FakeDocument(file.text, uri), new Range(1, 0, 1, 6));
    await view.exchange({ prompt: 'Hello' }, 'Hi');
    expect(view.params.user).toEqual({ text: 'Hello' });
  });

  it('appends notes about dropped turns, and keeps them out of the history', async () => {
    const view = new FakeChatView();
    await view.ask({ prompt: 'Why?' }, (engine) => {
      engine.last.write('So.');
      engine.last.end('contextFull', { droppedTurns: 2 });
    });
    expect(view.shown.slice(1).join('')).toMatch(/^markdown \n\n_.*no longer saw its 2 oldest questions\._\n\n_The context is full.*_$/s);
    await view.exchange({ prompt: 'And?' }, 'Well.');
    expect(view.params.history[0]?.answer).toMatchObject({ text: 'So.', fingerprint: 'fake-model' });
  });

  it('shows that the model is being loaded', async () => {
    const view = new FakeChatView();
    view.engine.state = { kind: 'stopped' };
    await view.exchange({ prompt: 'Hello' }, 'Hi');
    expect(view.shown[0]).toBe('progress Loading the model…');
  });

  it('shows the reason of a failure with buttons', async () => {
    const view = new FakeChatView();
    const result = await view.ask({ prompt: 'Hello' }, (engine) => {
      engine.last.write('He');
      engine.last.fail({ kind: 'workerDied', detail: 'signal 9' });
    });
    expect(result.errorDetails?.message).toMatch(/ended unexpectedly/);
    expect(view.shown.filter((line) => line.startsWith('button'))).toEqual([
      'button {"command":"paddock.restartEngine","title":"Restart Engine","arguments":[]}',
      'button {"command":"paddock.showLog","title":"Show Log","arguments":[]}',
    ]);
    await view.exchange({ prompt: 'Again?' }, 'Hi');
    expect(view.params.history).toEqual([{ user: { text: 'Hello' }, answer: { text: 'He' } }]);
  });

  it('returns an error for an empty question', async () => {
    const view = new FakeChatView();
    expect(await view.ask({ prompt: '  ' })).toEqual({ errorDetails: { message: 'There is no text to answer. Write a question.' } });
    expect(view.engine.chats).toEqual([]);
  });

  it('writes nothing after a cancellation and keeps the partial answer', async () => {
    const view = new FakeChatView();
    const result = await view.ask({ prompt: 'Count.' }, (engine) => {
      engine.last.write('1');
      view.cancel.cancel();
      engine.last.write('2');
    });
    expect(view.shown).toEqual(['markdown 1']);
    expect(result.metadata).toMatchObject({ stop: 'cancelled' });
  });
});

describe('followups', () => {
  const record = { stop: 'end', answerLength: 3 };

  it('offer to go on when the answer was cut off', () => {
    expect(followupsOf({ metadata: { ...record, stop: 'maxTokens' } })).toEqual([{ prompt: 'Go on.', label: 'Go on' }]);
  });

  it('ask about explained code', () => {
    expect(followupsOf({ metadata: { ...record, command: 'explain' } }).map(({ prompt }) => prompt)).toEqual([
      'What could go wrong in this code?',
      'How could this code be simpler?',
    ]);
  });

  it.each([[{}], [{ metadata: {} }], [{ metadata: record }], [{ metadata: { ...record, stop: 'cancelled', command: 'explain' } }]])(
    'are empty for %j',
    (result) => {
      expect(followupsOf(result)).toEqual([]);
    },
  );
});

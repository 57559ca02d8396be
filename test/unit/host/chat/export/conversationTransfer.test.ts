import { beforeEach, describe, expect, it, vi } from 'vitest';
import { newConversation, newTurn, type Conversation } from '../../../../../src/host/chat/store/conversationRecords';
import { chooseConversations, exportConversation } from '../../../../../src/host/chat/export/conversationTransfer';
import { FakeLog, settled } from '../chatFakes';

interface FakeUri {
  readonly path: string;
}

/** VS Code's dialogs and files: what the user chooses, and what is on the disk. */
class FakeDialogs {
  readonly files = new Map<string, Uint8Array>();
  readonly messages: string[] = [];
  readonly commands: unknown[][] = [];
  format = 'Markdown';
  place: FakeUri | undefined;
  chosen: readonly FakeUri[] | undefined;
  press: string | undefined;
  sizes: Readonly<Record<string, number>> = {};

  readonly pick = (items: readonly { readonly label: string }[]): Promise<unknown> =>
    Promise.resolve(items.find(({ label }) => label === this.format));
  readonly save = (options: { readonly defaultUri: FakeUri }): Promise<FakeUri | undefined> => {
    this.place ??= options.defaultUri;
    return Promise.resolve(this.place);
  };
  readonly say = (message: string, button?: string): Promise<string | undefined> => {
    this.messages.push(message);
    return Promise.resolve(button === this.press ? button : undefined);
  };

  put(name: string, content: string): void {
    this.files.set(name, new TextEncoder().encode(content));
    this.chosen = [...(this.chosen ?? []), { path: name }];
  }

  text(name: string): string {
    return new TextDecoder().decode(this.files.get(name));
  }
}

const ui = vi.hoisted((): { dialogs: FakeDialogs | undefined } => ({ dialogs: undefined }));
const current = (): FakeDialogs => {
  if (ui.dialogs === undefined) throw new Error('no dialogs');
  return ui.dialogs;
};

vi.mock('vscode', () => ({
  Uri: { joinPath: (base: FakeUri, name: string) => ({ path: `${base.path}/${name}` }), file: (path: string) => ({ path }) },
  commands: { executeCommand: (...args: unknown[]) => Promise.resolve(current().commands.push(args)) },
  l10n: { t: (text: string, ...values: readonly unknown[]) => text.replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)])) },
  window: {
    showQuickPick: (items: readonly { readonly label: string }[]) => current().pick(items),
    showSaveDialog: (options: { readonly defaultUri: FakeUri }) => current().save(options),
    showOpenDialog: () => Promise.resolve(current().chosen),
    showInformationMessage: (message: string, button?: string) => current().say(message, button),
    showErrorMessage: (message: string, button?: string) => current().say(message, button),
  },
  workspace: {
    workspaceFolders: [{ uri: { path: '/project' } }],
    fs: {
      stat: ({ path }: FakeUri) => Promise.resolve({ size: current().sizes[path] ?? current().files.get(path)?.length ?? 0 }),
      readFile: ({ path }: FakeUri) => {
        const file = current().files.get(path);
        return file === undefined ? Promise.reject(new Error('ENOENT')) : Promise.resolve(file);
      },
      writeFile: ({ path }: FakeUri, content: Uint8Array) => {
        if (path.startsWith('/full')) return Promise.reject(new Error('ENOSPC'));
        current().files.set(path, content);
        return Promise.resolve();
      },
    },
  },
}));

let dialogs: FakeDialogs;
let log: FakeLog;

beforeEach(() => {
  ui.dialogs = dialogs = new FakeDialogs();
  log = new FakeLog();
});

function conversation(title = 'Why?'): Conversation {
  return { ...newConversation('a', 1), title, turns: [{ ...newTurn('t', { text: 'Why?' }), answer: 'So.', state: 'done' }] };
}

async function choose(): Promise<readonly Conversation[]> {
  let ids = 0;
  const read = await chooseConversations({ newId: () => `new-${String(ids++)}`, now: 10 }, log);
  await settled();
  return read;
}

describe('an export', () => {
  it.each([
    ['Markdown', '/project/Why.md'],
    ['JSON', '/project/Why.json'],
  ])('as %s goes where the user says, offered beside their work, and can be imported again', async (format, place) => {
    dialogs.format = format;
    dialogs.press = 'Open File';
    await exportConversation(conversation(), log);
    await settled();
    expect([...dialogs.files.keys()]).toEqual([place]);
    expect(dialogs.messages).toEqual([`Conversation exported to ${place.split('/').at(-1) ?? ''}.`]);
    expect(dialogs.commands).toEqual([['vscode.open', { path: place }]]);
    dialogs.chosen = [{ path: place }];
    expect(await choose()).toMatchObject([{ title: 'Why?', turns: [{ user: { text: 'Why?' }, answer: 'So.' }] }]);
  });

  it.each([
    ['../../etc: <a|b>?', '.. .. etc a b'],
    ['a\nb', 'a b'],
    ['...', 'conversation'],
    ['', 'conversation'],
    ['为什么？', '为什么？'],
  ])('of %j is offered as a file that every system can have', async (title, name) => {
    await exportConversation(conversation(title), log);
    expect([...dialogs.files.keys()]).toEqual([`/project/${name}.md`]);
  });

  it.each([
    ['families', '👨‍👩‍👧‍👦', 8],
    ['rare characters', '𠮷', 50],
    ['letters', 'x', 200],
  ])('of a long title of %s is offered as a name of whole characters that file systems allow', async (_, one, count) => {
    await exportConversation(conversation(one.repeat(300)), log);
    expect([...dialogs.files.keys()]).toEqual([`/project/${one.repeat(count)}.md`]);
  });

  it('that cannot be written says so, with the log at hand', async () => {
    dialogs.place = { path: '/full/a.md' };
    dialogs.press = 'Show Log';
    await exportConversation(conversation(), log);
    await settled();
    expect(dialogs.messages).toEqual(['The conversation could not be written to a.md. Choose another place; the log says why.']);
    expect(dialogs.commands).toEqual([['paddock.showLog']]);
    expect(log.lines).toEqual([expect.stringContaining('ENOSPC')]);
  });

  it('that the user thinks better of writes nothing', async () => {
    dialogs.format = 'none';
    await exportConversation(conversation(), log);
    expect(dialogs.files.size).toBe(0);
    expect(dialogs.messages).toEqual([]);
  });
});

describe('an import', () => {
  it('has the conversations that could be read, and says of each other file what to do', async () => {
    await exportConversation(conversation('Good'), log);
    dialogs.chosen = [{ path: '/project/Good.md' }, { path: '/project/gone.md' }];
    dialogs.put('/project/notes.md', '# Notes');
    dialogs.put('/project/huge.json', '{}');
    dialogs.sizes = { '/project/huge.json': 33_000_000 };
    dialogs.messages.length = 0;
    expect(await choose()).toMatchObject([{ title: 'Good' }]);
    expect(dialogs.messages.sort()).toEqual([
      expect.stringContaining('gone.md holds no conversation'),
      'huge.json is larger than 32 MB and was not imported. Choose a file that Paddock exported.',
      expect.stringContaining('notes.md holds no conversation'),
    ]);
    expect(log.lines).toHaveLength(2);
  });

  it('of nothing does nothing', async () => {
    expect(await choose()).toEqual([]);
    expect(dialogs.messages).toEqual([]);
  });
});

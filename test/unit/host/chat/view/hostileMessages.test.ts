import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Emitter } from '../../../../../src/util/event';
import type { ChatController } from '../../../../../src/host/chat/view/chatController';
import { parseWebviewMessage, webviewMessage } from '../../../../../src/host/chat/view/incomingChatMessages';
import { ChatView, type ChatPageDeps } from '../../../../../src/host/chat/view/chatView';
import type { HostMessage } from '../../../../../src/contract/webview/chatMessages';
import { payloads } from '../../../../fixtures/payloads';
import { ran } from '../../../../fixtures/vscode/fakeCommands';
import { clipboard, openedAddresses } from '../../../../fixtures/vscode/fakeEnvironment';
import { FakeWebview } from '../../../../fixtures/vscode/fakeWebview';
import { Uri } from '../../../../fixtures/vscode/uri';
import { FakeLog, settled } from '../chatFakes';

/** What VS Code was asked to do. */
const asked = (): readonly { what: string; argument: unknown }[] => [
  ...ran.map(({ command }) => ({ what: 'command', argument: command })),
  ...openedAddresses.map((argument) => ({ what: 'open', argument })),
  ...clipboard.written.map((argument) => ({ what: 'copy', argument })),
];

/** As much of a schema of valibot's as makes an example. */
interface Shape {
  readonly type: string;
  readonly literal?: unknown;
  readonly options?: readonly unknown[];
  readonly wrapped?: Shape;
  readonly item?: Shape;
  readonly entries?: Readonly<Record<string, Shape>>;
}

/** Something that `shape` takes, with `text` in each place for one. */
function example(shape: Shape, text: string): unknown {
  switch (shape.type) {
    case 'string':
      return text;
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'literal':
      return shape.literal;
    case 'picklist':
      return shape.options?.[0];
    case 'array':
      return shape.item === undefined ? [] : [example(shape.item, text)];
    case 'object':
      return Object.fromEntries(Object.entries(shape.entries ?? {}).map(([key, each]) => [key, example(each, text)]));
    default:
      if (shape.wrapped !== undefined) return example(shape.wrapped, text);
      throw new Error(`Nothing is known of the schema ${shape.type}.`);
  }
}

/** Every message there is, with one text in each place that takes one. */
const messages = new Map(
  webviewMessage.options.map((shape) => [shape.entries.type.literal as string, (text: string) => example(shape, text)]),
);
const types = [...messages.keys()];

function messageOf(type: string, text: string): Record<string, unknown> {
  return messages.get(type)?.(text) as Record<string, unknown>;
}

const addresses = [
  'command:workbench.action.terminal.new',
  'file:///etc/passwd',
  'vscode://x',
  'javascript:alert(1)',
  'data:text/html,x',
  '//x.test',
];

/** A chat view whose controller only writes down what it is told, and the way into it from the page. */
function opened(): { receive: (value: unknown) => Promise<void>; told: unknown[][] } {
  const log = new FakeLog();
  const emitter = <T>(): Emitter<T> => new Emitter<T>((error) => log.lines.push(String(error)));
  const told: unknown[][] = [];
  const note =
    (name: string | symbol) =>
    (...values: unknown[]): Promise<void> =>
      Promise.resolve(void told.push([name, ...values]));
  /** Whatever it is asked for is a function that writes down that it was called. */
  const noting = (known: object): object =>
    new Proxy(known, { get: (target, name) => (name in target ? Reflect.get(target, name) : note(name)) as unknown });
  const webview = new FakeWebview();
  const deps = noting({ extensionUri: new Uri('/ext'), title: 'Chat', log, code: noting({}) });
  new ChatView(
    { webview, showConversations: note('showConversations') },
    noting({ onMessage: emitter<HostMessage>().event }) as ChatController,
    deps as ChatPageDeps,
  );
  return {
    told,
    receive: async (value) => {
      webview.fromPage.fire(value);
      await settled();
    },
  };
}

describe('ChatView with a hostile page', () => {
  it.each(types)('opens, runs and copies only what the message %s allows', async (type) => {
    const { receive } = opened();
    for (const text of [...addresses, ...payloads]) await receive(messageOf(type, text));
    for (const { what, argument } of asked()) {
      // A command is one of Paddock's own and never what the page says; only a link is opened, and only what is asked for is copied.
      if (what === 'command') expect(argument).toMatch(/^paddock\.\w+$/);
      if (what === 'open') expect([type, String(argument)]).toEqual(['openLink', expect.stringMatching(/^\s*(?:https?|mailto):/i)]);
      if (what === 'copy') expect(type).toMatch(/^copy/);
    }
  });

  it('ignores values that are no message', async () => {
    const { receive, told } = opened();
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (value) => {
        fc.pre(parseWebviewMessage(value) === undefined);
        await receive(value);
        expect(told).toEqual([]);
        expect(asked()).toEqual([]);
      }),
    );
  });
});

describe('parseWebviewMessage', () => {
  const value = fc.oneof(fc.string(), fc.constantFrom(...payloads), fc.anything());
  const keys = ['text', 'href', 'id', 'turnId', 'places', 'block', 'type', '__proto__', 'constructor', 'toString', 'extra'];
  const nearly = fc
    .tuple(
      fc.oneof(fc.constantFrom(...types), fc.constantFrom('__proto__', 'eval', 'toString', '')),
      fc.dictionary(fc.constantFrom(...keys), value),
    )
    .map(([type, fields]): Record<string, unknown> => ({ ...fields, type }));

  it('returns only known messages, unchanged and without unknown fields', () => {
    fc.assert(
      fc.property(nearly, (candidate) => {
        const message = parseWebviewMessage(candidate);
        if (message === undefined) return;
        expect(types).toContain(message.type);
        for (const [key, field] of Object.entries(message)) {
          expect(field).toBe(candidate[key]);
        }
        const known = Object.keys(messageOf(message.type, 'x'));
        expect(known).toEqual(expect.arrayContaining(Object.keys(message)));
        expect(parseWebviewMessage(message)).toEqual(message);
        expect(Object.getPrototypeOf(message)).toBe(Object.prototype);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(types)('keeps every payload in %s as plain text', (type) => {
    for (const payload of payloads) {
      const message = messageOf(type, payload);
      expect(parseWebviewMessage(structuredClone(message))).toEqual(message);
    }
  });
});

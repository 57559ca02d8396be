import * as v from 'valibot';
import { codeActions, type WebviewMessage } from '../../../contract/webview/chatMessages';

const text = v.string();
const index = v.pipe(v.number(), v.integer(), v.minValue(0));

/** Every message that a page may send. */
export const webviewMessage = v.variant('type', [
  v.object({ type: v.literal('ready') }),
  v.object({ type: v.literal('send'), text }),
  v.object({ type: v.literal('stop') }),
  v.object({ type: v.literal('newChat') }),
  v.object({ type: v.literal('showConversations') }),
  v.object({ type: v.literal('draft'), text }),
  v.object({ type: v.literal('suggest'), request: index, query: text }),
  v.object({ type: v.literal('attach'), suggestion: text }),
  v.object({ type: v.literal('detach'), attachment: text }),
  v.object({ type: v.literal('drop'), uris: v.pipe(v.array(text), v.maxLength(100)) }),
  v.object({ type: v.literal('openAttachment'), attachment: text }),
  v.object({ type: v.literal('openSource'), turnId: text, index }),
  v.object({ type: v.literal('copy'), text }),
  v.object({ type: v.literal('openLink'), href: text }),
  v.object({ type: v.literal('action'), id: text, turnId: v.exactOptional(text) }),
  v.object({ type: v.literal('askAgain'), turnId: text, text: v.exactOptional(text) }),
  v.object({ type: v.literal('edit'), turnId: text, text: v.exactOptional(text) }),
  v.object({ type: v.literal('sibling'), turnId: text, places: v.picklist([-1, 1]) }),
  v.object({ type: v.literal('copyAnswer'), turnId: text }),
  v.object({
    type: v.literal('code'),
    action: v.picklist(codeActions),
    turnId: text,
    block: v.pipe(v.number(), v.integer(), v.minValue(0)),
  }),
]);

/** A message from the webview, or `undefined` for anything that is none. */
export function parseWebviewMessage(value: unknown): WebviewMessage | undefined {
  const result = v.safeParse(webviewMessage, value);
  return result.success ? result.output : undefined;
}

/** Addresses that may be opened outside. Everything else a model writes (`command:`, `file:`, `vscode:`) does nothing. */
export function isOpenableLink(href: string): boolean {
  return URL.canParse(href) && ['http:', 'https:', 'mailto:'].includes(new URL(href).protocol);
}

import * as v from 'valibot';
import type { SessionWebviewMessage } from '../../contract/webview/sessionMessages';

const message = v.variant('type', [v.object({ type: v.literal('ready') }), v.object({ type: v.literal('action'), id: v.string() })]);

/** A message from the webview, or `undefined` for anything that is none. */
export function parseSessionMessage(value: unknown): SessionWebviewMessage | undefined {
  const result = v.safeParse(message, value);
  return result.success ? result.output : undefined;
}

import { Uri, env, l10n, window } from 'vscode';
import { isOpenableLink } from './incomingChatMessages';

/** Letters of a query that may leave without a question: more could carry what stands in the conversation. */
const MAX_QUERY = 100;

/** Letters of an address that the question shows. */
const MAX_SHOWN = 300;

/**
 * Opens a link of an answer outside. VS Code asks before it leaves for a site the user does not trust yet. It trusts this machine always, so
 * for it, and for an address with a long query, the question is ours.
 */
export async function openLink(href: string): Promise<void> {
  if (!isOpenableLink(href) || (needsQuestion(href) && !(await isWanted(href)))) return;
  await env.openExternal(Uri.parse(href));
}

export function needsQuestion(href: string): boolean {
  const { hostname, search } = new URL(href);
  return search.length > MAX_QUERY || isThisMachine(hostname);
}

function isThisMachine(hostname: string): boolean {
  const host = hostname.replace(/\.$/, '');
  return /^(?:(?:.*\.)?localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:7f.*\])$/.test(host);
}

async function isWanted(href: string): Promise<boolean> {
  const open = l10n.t('Open Address');
  // The URL's own form: ASCII, and nothing in it that could be taken for a link of ours.
  const address = new URL(href).href.replace(/[[\]()]/g, (bracket) => `%${bracket.charCodeAt(0).toString(16)}`);
  const detail = address.length > MAX_SHOWN ? `${address.slice(0, MAX_SHOWN)}…` : address;
  return (await window.showWarningMessage(l10n.t('Open this address?'), { modal: true, detail }, open)) === open;
}

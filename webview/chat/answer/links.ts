/** Addresses in an answer: which text becomes a link, and how a link's target is shown. */
import MarkdownIt from 'markdown-it';
import { removeHiddenCharacters, showHiddenCharacters } from '../../../src/util/text/hiddenCharacters';

/** Maximum length of an address in running text that becomes a link. Without this limit, a hostile line would take seconds to search. */
export const MAX_ADDRESS = 2048;

/** Punctuation that ends an address in Chinese, Japanese and Korean text, which has no space there. Inside an address it is encoded. */
const CJK_PUNCTUATION =
  /[\u2014\u2018-\u201F\u2026\u3000-\u3003\u3008-\u3011\u3014-\u301F\u3030\uFE10-\uFE1F\uFE30-\uFE6F\uFF01-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65]/;

/** Turns addresses in running text into links. */
export function linkAddresses({ linkify }: MarkdownIt): void {
  // `main.rs` and `setup.py` are files, not sites.
  linkify.set({ fuzzyLink: false, fuzzyEmail: false });
  linkify.add('ftp:', null).add('//', null);
  const measure = linkify.testSchemaAt.bind(linkify);
  // Returns the length of the address behind its scheme, or 0 if there is no address.
  linkify.testSchemaAt = (text, scheme, position) => {
    const near = cutAtUnclosed(text.slice(position, position + MAX_ADDRESS));
    const length = measure(near, scheme, 0);
    const end = near.slice(0, length).search(CJK_PUNCTUATION);
    if (end >= 0) return measure(near.slice(0, end), scheme, 0);
    return length < MAX_ADDRESS ? length : 0;
  };
}

/**
 * Cuts `text` at white space or at an unclosed bracket, where an address ends. Finding it here saves linkify from searching again and
 * again.
 */
function cutAtUnclosed(text: string): string {
  const opening = /[([{\s]/g;
  for (let found = opening.exec(text); found !== null; found = opening.exec(text)) {
    const close = text.indexOf(found[0] === '(' ? ')' : found[0] === '[' ? ']' : '}', found.index);
    if (close < 0 || /\s/.test(found[0])) return text.slice(0, found.index);
    opening.lastIndex = close;
  }
  return text;
}

/** Maximum length of a path that is shown. */
const MAX_PATH = 80;

/** Formats a link's target. The host is complete and in ASCII. Its own letters follow in brackets if they differ. A long path is cut. */
export function formatAddress(href: string): string {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  if (url === undefined) return showHiddenCharacters(cut(href, MAX_PATH), 'code');
  const { protocol, host, pathname, search, hash } = url;
  const path = showHiddenCharacters(cut(decode(pathname + search + hash), MAX_PATH), 'code');
  if (protocol === 'mailto:') return `${protocol}${path}`;
  const readable = decode(`${protocol}//${host}`).slice(protocol.length + 2);
  const name = readable === host ? host : `${host} (${showHiddenCharacters(readable, 'code')})`;
  return `${protocol}//${name}${path === '/' ? '' : path}`;
}

/** Returns the real host of a link whose text looks like the address of another host. */
export function findMisleadingHost(text: string, href: string): string | undefined {
  if (!URL.canParse(href)) return undefined;
  const url = new URL(href);
  const seen = removeHiddenCharacters(text.slice(0, MAX_ADDRESS), 'code').trim();
  if (url.protocol === 'mailto:') {
    const address = decodeURIComponentSafely(url.pathname);
    return /\S@\S/.test(seen) && !seen.toLowerCase().includes(address.toLowerCase()) ? cut(address, MAX_PATH) : undefined;
  }
  const hidesHost = url.username !== '' || url.password !== '' || findHosts(seen).some((host) => !isSameSite(host, url.hostname));
  return hidesHost ? url.host : undefined;
}

/** Finds the hosts that a text names: those of its addresses, or the whole text if it is a host. */
function findHosts(text: string): readonly string[] {
  const addresses = Array.from(
    text.matchAll(/\b(?:https?|ftp):[/\\]{1,3}([^\s/?#\\]{1,255})|\b(www\.[^\s/?#\\]{1,255})/gi),
    ([, host, www]) => host ?? www,
  );
  const [, bare, ending = ''] =
    /^(?:[^\s@/?#]{1,64}@)?((?:[\p{L}\p{N}-]{1,63}\.){1,8}(\p{L}{2,24}))\.?(?::\d{1,5})?(?:[/?#]\S*)?$/u.exec(text) ?? [];
  const isName = bare !== undefined && !FILE_ENDINGS.has(ending.toLowerCase());
  return [...addresses, ...(isName ? [bare] : [])].flatMap((host) => (host === undefined ? [] : [toAsciiHost(host)]));
}

/** File extensions, some of which are also top-level domains: `README.md` is a file, not a site. */
const FILE_ENDINGS: ReadonlySet<string> = new Set(
  (
    'bat c cc cfg cfm cpp cs css csv dll exe go gradle h hpp htm html ini ipynb java js json jsx kt less lock log lua m md mdx mjs mm php pl pm png ps psd ' +
    'py pyi r rb rs scss sh so sql svelte svg swift tf toml ts tsx txt vue xml yaml yml zip'
  ).split(' '),
);

function isSameSite(named: string, real: string): boolean {
  const bare = (host: string): string => host.replace(/^www\./, '').replace(/\.$/, '');
  return bare(real) === bare(named) || bare(real).endsWith(`.${bare(named)}`);
}

/** Writes a host as the browser does. A reader of `good.test@bad.test` sees the first part, so that part counts. */
function toAsciiHost(host: string): string {
  const [seen = ''] = host.split('@');
  const address = `http://${seen}`;
  return URL.canParse(address) ? new URL(address).hostname : seen.toLowerCase();
}

const markdown = new MarkdownIt();

/** Decodes an address for reading. Spaces stay encoded, as text after a space could look like another address. */
function decode(address: string): string {
  return markdown.normalizeLinkText(address).replace(/\s/g, (space) => encodeURIComponent(space));
}

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function cut(text: string, max: number): string {
  const letters = Array.from(text.slice(0, MAX_ADDRESS));
  return letters.length <= max && text.length <= MAX_ADDRESS ? text : `${letters.slice(0, max - 1).join('')}…`;
}

/**
 * Sanitises the HTML of an answer with an allow-list of elements, attributes and addresses. All of the model's HTML passes through here.
 */
import DOMPurify from 'dompurify';
import { findMisleadingHost, formatAddress } from './links';

const TAGS = [
  ...['p', 'br', 'hr', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'a', 'span'],
  ...['ul', 'ol', 'li', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
];

const ATTRIBUTES = ['href', 'class', 'start'];

const ADDRESS = /^(?:https?|mailto):/i;

/** Classes of our renderer and of highlight.js. Any other class could make text look like a part of the page. */
const CLASS = /^(?:hljs-[\w-]+|language-[\w+#.-]+|align-(?:left|center|right)|heading-[1-6]|formula|(?:function|class|inherited)_)$/;

const purify = DOMPurify(window);

purify.addHook('afterSanitizeAttributes', (element) => {
  showLinkTarget(element);
  const classes = element.getAttribute('class');
  if (classes === null) return;
  const kept = classes.split(/\s+/).filter((name) => CLASS.test(name));
  if (kept.length === 0) element.removeAttribute('class');
  else element.setAttribute('class', kept.join(' '));
});

/**
 * Shows a link's address in its tooltip, as a page in VS Code has no status bar for it, and appends the real host to a text that names
 * another host. The model's own title is dropped.
 */
function showLinkTarget(element: Element): void {
  const href = element.localName === 'a' ? element.getAttribute('href') : null;
  if (href === null) return;
  element.setAttribute('title', formatAddress(href));
  const host = findMisleadingHost(element.textContent, href);
  if (host !== undefined) element.append(` (${host})`);
}

export function sanitize(html: string): DocumentFragment {
  return purify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOWED_URI_REGEXP: ADDRESS,
    // A number. Otherwise it would have to match the pattern of an address.
    ADD_URI_SAFE_ATTR: ['start'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}

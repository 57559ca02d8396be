/** The gate every piece of the model's HTML passes: an allow-list of elements, attributes and addresses. */
import DOMPurify from 'dompurify';
import { misleadingHost, shownAddress } from './links';

const TAGS = [
  ...['p', 'br', 'hr', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'a', 'span'],
  ...['ul', 'ol', 'li', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
];

const ATTRIBUTES = ['href', 'class', 'start'];

const ADDRESS = /^(?:https?|mailto):/i;

/** Classes of our own renderer and of highlight.js: another could make text look like a part of the view. */
const CLASS = /^(?:hljs-[\w-]+|language-[\w+#.-]+|align-(?:left|center|right)|heading-[1-6]|formula|(?:function|class|inherited)_)$/;

const purify = DOMPurify(window);

purify.addHook('afterSanitizeAttributes', (element) => {
  sayWhereItLeads(element);
  const classes = element.getAttribute('class');
  if (classes === null) return;
  const kept = classes.split(/\s+/).filter((name) => CLASS.test(name));
  if (kept.length === 0) element.removeAttribute('class');
  else element.setAttribute('class', kept.join(' '));
});

/** A view has no line that shows a link's address: its tooltip does, and its text where that names another. A title of the model's is dropped. */
function sayWhereItLeads(element: Element): void {
  const href = element.localName === 'a' ? element.getAttribute('href') : null;
  if (href === null) return;
  element.setAttribute('title', shownAddress(href));
  const host = misleadingHost(element.textContent, href);
  if (host !== undefined) element.append(` (${host})`);
}

/** `html` with everything taken out that is not allowed. */
export function sanitize(html: string): DocumentFragment {
  return purify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOWED_URI_REGEXP: ADDRESS,
    // A number is no address, and would be held to the pattern of one.
    ADD_URI_SAFE_ATTR: ['start'],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}

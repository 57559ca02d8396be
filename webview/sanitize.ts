/** The gate every piece of the model's HTML passes: an allow-list of elements, attributes and addresses. */
import DOMPurify from 'dompurify';

const TAGS = [
  ...['p', 'br', 'hr', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'a', 'span'],
  ...['ul', 'ol', 'li', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'],
  ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
];

const ATTRIBUTES = ['href', 'class', 'start', 'title'];

const ADDRESS = /^(?:https?|mailto):/i;

/** Classes of our own renderer and of highlight.js: another could make text look like a part of the view. */
const CLASS = /^(?:hljs-[\w-]+|language-[\w+#.-]+|align-(?:left|center|right)|heading-[1-6]|formula|(?:function|class|inherited)_)$/;

const purify = DOMPurify(window);

purify.addHook('afterSanitizeAttributes', (element) => {
  const classes = element.getAttribute('class');
  if (classes === null) return;
  const kept = classes.split(/\s+/).filter((name) => CLASS.test(name));
  if (kept.length === 0) element.removeAttribute('class');
  else element.setAttribute('class', kept.join(' '));
});

/** `html` with everything taken out that is not allowed. */
export function sanitize(html: string): DocumentFragment {
  return purify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOWED_URI_REGEXP: ADDRESS,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}

/** The caller's rule for nodes that stay, although they differ: `wanted` stands for `existing`. */
type IsSame = (existing: Node, wanted: Node) => boolean;

/**
 * Makes the children of `target` equal those of `wanted`, and takes the nodes out of `wanted`. Equal nodes stay, text is appended where it
 * only grew, and an element with the same tag and attributes is changed inside. So selection, focus and scroll position are kept.
 */
export function morph(target: Node, wanted: Node, isSame: IsSame): void {
  const nodes = [...wanted.childNodes];
  for (const [index, node] of nodes.entries()) {
    const existing = target.childNodes[index];
    if (existing === undefined) target.appendChild(node);
    else if (!morphNode(existing, node, isSame)) target.replaceChild(node, existing);
  }
  for (const extra of [...target.childNodes].slice(nodes.length)) target.removeChild(extra);
}

/**
 * Larger elements are compared child by child only. Comparing a long table as a whole first would cost that again at each of its levels.
 */
const SMALL = 4;

function morphNode(existing: Node, wanted: Node, isSame: IsSame): boolean {
  if (isSame(existing, wanted)) return true;
  if (existing.childNodes.length <= SMALL && existing.isEqualNode(wanted)) return true;
  if (existing instanceof Text && wanted instanceof Text) {
    if (wanted.data.startsWith(existing.data)) existing.appendData(wanted.data.slice(existing.data.length));
    else existing.data = wanted.data;
    return true;
  }
  if (!(existing instanceof Element && wanted instanceof Element && existing.cloneNode().isEqualNode(wanted.cloneNode()))) return false;
  morph(existing, wanted, isSame);
  return true;
}

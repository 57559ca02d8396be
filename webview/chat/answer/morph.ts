/** Whether `existing`, by the caller's own knowledge, is what `wanted` stands for. */
type IsSame = (existing: Node, wanted: Node) => boolean;

/**
 * Makes the children of `target` like those of `wanted`. What is the same stays, text that has only grown grows, and an element whose inside
 * alone differs is changed inside: selection, focus and scroll position in what was there are kept. Takes the nodes out of `wanted`.
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

/** Elements with more children are compared child by child: of a long table that grows, each level would be compared as a whole before that. */
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

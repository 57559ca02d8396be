/** A view of an item that is updated in place: its element stays the same. */
export interface Shown<T> {
  readonly element: Element;
  update(item: T): void;
}

/** Keeps one child of `parent` for each item. An item whose key was there before keeps its element, with its focus and selection. */
export class KeyedList<T, S extends Shown<T>> {
  private shown = new Map<string, S>();

  constructor(
    private readonly parent: Element,
    private readonly getKey: (item: T) => string,
    private readonly make: (item: T) => S,
  ) {}

  update(items: readonly T[]): void {
    const next = new Map<string, S>();
    for (const item of items) {
      const key = this.getKey(item);
      const entry = this.shown.get(key) ?? this.make(item);
      entry.update(item);
      next.set(key, entry);
    }
    this.shown = next;
    const elements = Array.from(next.values(), ({ element }) => element);
    const { children } = this.parent;
    const isThere = elements.length === children.length && elements.every((element, index) => element === children[index]);
    if (!isThere) this.parent.replaceChildren(...elements);
  }
}

/** Writes `text` only if it differs: writing would take away a selection and have a screen reader read the node again. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

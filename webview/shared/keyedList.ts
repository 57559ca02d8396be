/** Something shown that stays the same element while what it shows changes. */
export interface Shown<T> {
  readonly element: Element;
  update(item: T): void;
}

/** The children of an element, one for each item: those whose key stays are changed in place, the others come and go. */
export class KeyedList<T, S extends Shown<T>> {
  private shown = new Map<string, S>();

  constructor(
    private readonly parent: Element,
    private readonly keyOf: (item: T) => string,
    private readonly make: (item: T) => S,
  ) {}

  update(items: readonly T[]): void {
    const next = new Map<string, S>();
    for (const item of items) {
      const key = this.keyOf(item);
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

/** Sets a text where it is another one: a node that is left alone disturbs nobody who reads it. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

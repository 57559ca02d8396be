/** A map of what was used lately, up to a total weight: what has not been used for longest goes first. */
export class RecentMap<K, V> {
  /** The most recently used last, as a `Map` keeps the order of insertion. */
  private readonly entries = new Map<K, V>();
  private weight = 0;

  /**
   * @param limit most weight held; a single value heavier than that is not kept at all
   * @param weigh weight of a value, the same whenever it is asked
   */
  constructor(
    private readonly limit: number,
    private readonly weigh: (value: V) => number = () => 1,
  ) {}

  get(key: K): V | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.delete(key);
    const weight = this.weigh(value);
    if (weight > this.limit) return;
    this.entries.set(key, value);
    this.weight += weight;
    for (const oldest of this.entries.keys()) {
      if (this.weight <= this.limit) return;
      this.delete(oldest);
    }
  }

  private delete(key: K): void {
    const value = this.entries.get(key);
    if (value === undefined) return;
    this.entries.delete(key);
    this.weight -= this.weigh(value);
  }
}

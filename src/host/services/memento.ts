/** The part of VS Code's `Memento` that we use: values of JSON that outlive the window. Setting `undefined` deletes a key. */
export interface Memento {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

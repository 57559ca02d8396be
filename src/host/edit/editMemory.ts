import * as v from 'valibot';
import type { Memento } from '../services/memento';
import type { Snapshot } from './pendingEdit';

const KEY = 'paddock.edits';

/** Files whose edits are remembered: those of the last reload, not of all time. */
const MOST_FILES = 20;

const snapshot = v.object({ lines: v.array(v.string()), kinds: v.array(v.picklist(['same', 'removed', 'added'])) });
const schema = v.record(v.string(), v.array(snapshot));

/** Which lines of which files are suggestions, over reloads: VS Code keeps a document's text, but nothing of what its lines are. */
export class EditMemory {
  private readonly edits: Map<string, readonly Snapshot[]>;

  constructor(private readonly memento: Memento) {
    const stored = v.safeParse(schema, memento.get(KEY));
    this.edits = new Map(stored.success ? Object.entries(stored.output) : []);
  }

  get(uri: string): readonly Snapshot[] {
    return this.edits.get(uri) ?? [];
  }

  /** The documents with something remembered. */
  get uris(): readonly string[] {
    return [...this.edits.keys()];
  }

  /** Remembers what may stand in a file; nothing forgets it. */
  set(uri: string, snapshots: readonly Snapshot[]): void {
    if (snapshots.length === 0 && !this.edits.has(uri)) return;
    this.edits.delete(uri);
    if (snapshots.length > 0) this.edits.set(uri, snapshots);
    const entries = [...this.edits].slice(-MOST_FILES);
    void this.memento.update(KEY, entries.length === 0 ? undefined : Object.fromEntries(entries));
  }
}

import * as v from 'valibot';
import type { Memento } from '../../services/memento';

const memoryKey = 'paddock.chosenModelFiles';
const kept = v.fallback(v.array(v.string()), []);
const most = 20;

/** Model files that were chosen by hand, so that one can go back to them: the one chosen last comes first. */
export class ChosenFiles {
  constructor(private readonly memory: Memento) {}

  get paths(): readonly string[] {
    return v.parse(kept, this.memory.get(memoryKey));
  }

  async remember(path: string): Promise<void> {
    await this.memory.update(memoryKey, [path, ...this.paths.filter((each) => each !== path)].slice(0, most));
  }
}

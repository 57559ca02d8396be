/** `npm run fetch-model`: the embedded model into the cache and into `dist/models/`. */
import { linkModel } from './lib/models/model.mjs';
import { fail } from './lib/progress.mjs';

try {
  process.stdout.write(`${await linkModel()}\n`);
} catch (error) {
  fail(error);
}

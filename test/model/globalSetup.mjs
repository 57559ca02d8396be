import process from 'node:process';
import { build } from '../../scripts/build.mjs';
import { linkModel } from '../../scripts/lib/models/model.mjs';

/** The worker as it is now, and the embedded model. */
export async function setup() {
  process.env['PADDOCK_EMBEDDED_MODEL'] ??= await linkModel();
  await build();
}

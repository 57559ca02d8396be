import { join } from 'node:path';

/** The model that comes with Paddock. `scripts/embedded-model.json` says where it is from. */
const fileName = 'SmolLM2-135M-Instruct.Q4_1.gguf';

/** Where the embedded model lies, in the package as in development. */
export function embeddedModelPath(extensionPath: string): string {
  return join(extensionPath, 'dist', 'models', fileName);
}

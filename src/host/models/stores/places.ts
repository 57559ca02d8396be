import { posix, win32 } from 'node:path';

/** The machine as stores depend on it. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A program that keeps models, and the folders in which it does. */
export interface Store {
  /** The program's name. */
  readonly name: string;
  /** How a folder is laid out: files by their names, or blobs that manifests name. */
  readonly layout: 'files' | 'ollama';
  readonly folders: readonly string[];
}

/**
 * Where programs keep models, as each documents it or does it in its source: Ollama's FAQ; LM Studio's "Import Models"; GPT4All's chat
 * settings, which default to the folder of its application's data; llama.cpp's `fs_get_cache_directory`; huggingface_hub's "Environment
 * variables".
 */
export function storesOn({ platform, home, env }: Surroundings): readonly Store[] {
  const join = (...parts: string[]): string => (platform === 'win32' ? win32 : posix).join(...parts);
  const local = env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local');
  const caches =
    platform === 'darwin' ? join(home, 'Library', 'Caches') : platform === 'win32' ? local : xdg(env['XDG_CACHE_HOME'], home, join);
  const hub = env['HF_HUB_CACHE'] ?? join(env['HF_HOME'] ?? join(xdg(env['XDG_CACHE_HOME'], home, join), 'huggingface'), 'hub');
  const gpt4all =
    platform === 'darwin'
      ? join(home, 'Library', 'Application Support', 'nomic.ai', 'GPT4All')
      : join(platform === 'win32' ? local : join(home, '.local', 'share'), 'nomic.ai', 'GPT4All');
  // On Linux, Ollama usually runs as a user of its own.
  const ollamas = [join(home, '.ollama', 'models'), ...(platform === 'linux' ? ['/usr/share/ollama/.ollama/models'] : [])];
  return [
    { name: 'Ollama', layout: 'ollama', folders: env['OLLAMA_MODELS'] ? [env['OLLAMA_MODELS']] : ollamas },
    { name: 'LM Studio', layout: 'files', folders: [join(home, '.lmstudio', 'models'), join(home, '.cache', 'lm-studio', 'models')] },
    { name: 'GPT4All', layout: 'files', folders: [gpt4all] },
    { name: 'llama.cpp', layout: 'files', folders: [env['LLAMA_CACHE'] ?? join(caches, 'llama.cpp')] },
    { name: 'Hugging Face', layout: 'files', folders: [hub] },
  ];
}

function xdg(cache: string | undefined, home: string, join: (...parts: string[]) => string): string {
  return cache === undefined || cache === '' ? join(home, '.cache') : cache;
}

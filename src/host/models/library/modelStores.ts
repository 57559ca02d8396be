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
  /** A variable that is set to nothing is not set. */
  const set = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const local = set('LOCALAPPDATA') ?? join(home, 'AppData', 'Local');
  const cache = set('XDG_CACHE_HOME') ?? join(home, '.cache');
  const caches = platform === 'darwin' ? join(home, 'Library', 'Caches') : platform === 'win32' ? local : cache;
  const data = platform === 'win32' ? local : join(home, '.local', 'share');
  const gpt4all = join(platform === 'darwin' ? join(home, 'Library', 'Application Support') : data, 'nomic.ai', 'GPT4All');
  const ollama = set('OLLAMA_MODELS');
  // On Linux, Ollama usually runs as a user of its own.
  const ollamas = [join(home, '.ollama', 'models'), ...(platform === 'linux' ? ['/usr/share/ollama/.ollama/models'] : [])];
  return [
    { name: 'Ollama', layout: 'ollama', folders: ollama === undefined ? ollamas : [ollama] },
    { name: 'LM Studio', layout: 'files', folders: [join(home, '.lmstudio', 'models'), join(home, '.cache', 'lm-studio', 'models')] },
    { name: 'GPT4All', layout: 'files', folders: [gpt4all] },
    { name: 'llama.cpp', layout: 'files', folders: [set('LLAMA_CACHE') ?? join(caches, 'llama.cpp')] },
    {
      name: 'Hugging Face',
      layout: 'files',
      folders: [set('HF_HUB_CACHE') ?? join(set('HF_HOME') ?? join(cache, 'huggingface'), 'hub')],
    },
  ];
}

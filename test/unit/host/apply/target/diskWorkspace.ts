/** VS Code's workspace over folders of the real disk, as far as finding files goes. */
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

export class Uri {
  constructor(
    readonly scheme: string,
    readonly path: string,
  ) {}

  static file(file: string): Uri {
    return new Uri('file', file.startsWith('/') ? file : `/${file}`);
  }

  static parse(text: string): Uri {
    const [, scheme = 'file', rest = ''] = /^([\w-]+):(?:\/\/)?(.*)$/su.exec(text) ?? [];
    return new Uri(scheme, rest);
  }

  static joinPath(uri: Uri, ...segments: string[]): Uri {
    return new Uri(uri.scheme, path.posix.join(uri.path, ...segments));
  }

  get fsPath(): string {
    return this.path;
  }

  with({ scheme = this.scheme }: { scheme?: string }): Uri {
    return new Uri(scheme, this.path);
  }

  toString(): string {
    return `${this.scheme}://${this.path}`;
  }
}

export const FileType = { File: 1, Directory: 2, SymbolicLink: 64 };

interface Folder {
  readonly uri: Uri;
  readonly name: string;
}

/** What a test sets up. */
export const disk: {
  folders: Folder[];
  open: { uri: Uri; isClosed: boolean }[];
  picked: string[];
  choose: (labels: readonly string[]) => string | undefined;
} = {
  folders: [],
  open: [],
  picked: [],
  choose: () => undefined,
};

const folderOf = (uri: Uri): Folder | undefined =>
  disk.folders
    .filter((folder) => uri.scheme === 'file' && uri.path.startsWith(`${folder.uri.path}/`))
    .sort((a, b) => b.uri.path.length - a.uri.path.length)[0];

function* filesIn(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(file);
    else yield file;
  }
}

export const workspace = {
  get workspaceFolders(): readonly Folder[] {
    return disk.folders;
  },
  get textDocuments() {
    return disk.open;
  },
  getWorkspaceFolder: folderOf,
  asRelativePath: (uri: Uri, withFolder = disk.folders.length > 1): string => {
    const folder = folderOf(uri);
    if (folder === undefined) return uri.path;
    const relative = uri.path.slice(folder.uri.path.length + 1);
    return withFolder ? `${folder.name}/${relative}` : relative;
  },
  fs: {
    isWritableFileSystem: () => true,
    stat: async (uri: Uri) => {
      await Promise.resolve();
      const found = statSync(uri.path);
      return { type: found.isDirectory() ? FileType.Directory : FileType.File };
    },
    readDirectory: (uri: Uri) => Promise.resolve(readdirSync(uri.path).map((name) => [name, FileType.File] as const)),
  },
  /** `?` stands for one letter; the pattern begins with two stars. */
  findFiles: (pattern: string, _exclude: undefined, most: number): Promise<Uri[]> => {
    const end = pattern
      .slice(3)
      .replace(/[$()*+.[\\\]^{|}]/g, String.raw`\$&`)
      .replaceAll('?', '.');
    const files = disk.folders.flatMap(({ uri }) => Array.from(filesIn(uri.path)));
    return Promise.resolve(
      files
        .filter((file) => new RegExp(`/${end}$`, 'u').test(file))
        .slice(0, most)
        .map((file) => Uri.file(file)),
    );
  },
};

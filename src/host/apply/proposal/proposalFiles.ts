import {
  EventEmitter,
  FileChangeType,
  FileSystemError,
  FileType,
  type FileChangeEvent,
  type FileStat,
  type FileSystemProvider,
  workspace,
  type Uri,
} from 'vscode';

/** Scheme of the documents that hold proposed changes; package.json shows buttons for it. */
export const PROPOSAL_SCHEME = 'paddock-proposal';

/**
 * The encoding of proposals. It holds every string that VS Code can hold, even halves of characters and zero bytes, and its byte order mark
 * makes VS Code read it as what it is, whatever `files.encoding` says.
 */
export const PROPOSAL_ENCODING = 'utf16le';

/** Proposals as files, so that VS Code can edit them; in memory, and gone with the window. */
export class ProposalFiles implements FileSystemProvider {
  private readonly files = new Map<string, { readonly bytes: Uint8Array; readonly changedAt: number }>();
  private readonly changes = new EventEmitter<FileChangeEvent[]>();
  readonly onDidChangeFile = this.changes.event;

  /** Makes the file, or replaces it. */
  async put(uri: Uri, text: string): Promise<void> {
    this.writeFile(uri, await workspace.encode(text, { encoding: PROPOSAL_ENCODING }));
  }

  watch(): { dispose(): void } {
    return { dispose: () => undefined };
  }

  stat(uri: Uri): FileStat {
    const { bytes, changedAt } = this.file(uri);
    return { type: FileType.File, ctime: changedAt, mtime: changedAt, size: bytes.byteLength };
  }

  readFile(uri: Uri): Uint8Array {
    return this.file(uri).bytes;
  }

  writeFile(uri: Uri, bytes: Uint8Array): void {
    const type = this.files.has(uri.toString()) ? FileChangeType.Changed : FileChangeType.Created;
    this.files.set(uri.toString(), { bytes, changedAt: Date.now() });
    this.changes.fire([{ type, uri }]);
  }

  delete(uri: Uri): void {
    if (this.files.delete(uri.toString())) this.changes.fire([{ type: FileChangeType.Deleted, uri }]);
  }

  readDirectory(): [string, FileType][] {
    return [];
  }

  createDirectory(): never {
    throw FileSystemError.NoPermissions();
  }

  rename(): never {
    throw FileSystemError.NoPermissions();
  }

  dispose(): void {
    this.changes.dispose();
  }

  private file(uri: Uri): { readonly bytes: Uint8Array; readonly changedAt: number } {
    const file = this.files.get(uri.toString());
    if (file === undefined) throw FileSystemError.FileNotFound(uri);
    return file;
  }
}

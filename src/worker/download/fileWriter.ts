import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** A write has failed with `cause`. */
export class WriteFailure extends Error {
  override readonly name = 'WriteFailure';

  constructor(cause: unknown) {
    super('a write failed', { cause });
  }
}

/** Bytes waiting to be written from which on nothing more is taken in. */
const enough = 32 * 1024 * 1024;

/**
 * Writes to places in one file, in the order in which it is told to: what is noted about earlier writes is never in the file without them.
 * After the first failure, which it reports, nothing more is written.
 */
export class FileWriter {
  private tail: Promise<void> = Promise.resolve();
  private handle: FileHandle | undefined;
  private pending = 0;
  private isOver = false;

  constructor(
    private readonly path: string,
    private readonly onFailed: (error: unknown) => void,
  ) {}

  /** Settles when the bytes are written, or are not going to be; never rejects. */
  write(position: number, bytes: Uint8Array): Promise<void> {
    this.pending += bytes.length;
    this.tail = this.tail.then(async () => {
      try {
        if (!this.isOver) await this.writeAll(position, bytes);
      } catch (error) {
        this.isOver = true;
        this.onFailed(error);
      } finally {
        this.pending -= bytes.length;
      }
    });
    return this.tail;
  }

  /** Settles when there is room for more, so that a disk slower than the network does not fill memory. */
  async room(): Promise<void> {
    while (this.pending > enough) await this.tail;
  }

  /** Settles when all that was asked for before is written. */
  async flushed(): Promise<void> {
    await this.tail;
  }

  /** Nothing is written any more after this. */
  async close(): Promise<void> {
    await this.tail;
    this.isOver = true;
    await this.handle?.close();
    this.handle = undefined;
  }

  private async writeAll(position: number, bytes: Uint8Array): Promise<void> {
    this.handle ??= await open(this.path, constants.O_RDWR | constants.O_CREAT);
    for (let done = 0; done < bytes.length;) {
      // A disk that is nearly full takes a part, and says so only at the next write.
      const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  }
}

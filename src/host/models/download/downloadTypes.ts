import type { Event } from '../../../util/event';
import type { DownloadPhase, DownloadProblem } from '../../../contract/rpc/downloadMethods';

export type { DownloadProblem } from '../../../contract/rpc/downloadMethods';

/** A model to fetch. */
export interface DownloadSource {
  /** Stable: the catalogue's id and quantisation, or `hf:owner/name/file`. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** `owner/name` on the hub. */
  readonly repository: string;
  /** A branch or a commit. */
  readonly revision: string;
  /** In order, where the model is split. `bytes` is exact, or 0 where unknown. */
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256?: string | undefined }[];
}

export type DownloadEnd =
  /** `path` is the first file's. */
  | { readonly kind: 'done'; readonly path: string }
  | { readonly kind: 'paused' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly problem: DownloadProblem };

export type DownloadState =
  | { readonly kind: 'running'; readonly phase: DownloadPhase; readonly bytesPerSecond: number; readonly secondsLeft: number | undefined }
  | { readonly kind: 'paused' }
  | { readonly kind: 'failed'; readonly problem: DownloadProblem };

/** A download that has not ended well yet. */
export interface DownloadView {
  readonly source: DownloadSource;
  readonly bytes: number;
  /** 0 while unknown. */
  readonly total: number;
  readonly state: DownloadState;
}

/** A model that was downloaded and checked. */
export interface DownloadedModel {
  readonly id: string;
  readonly name: string;
  /** Of the first file. */
  readonly path: string;
  /** Of all files. */
  readonly bytes: number;
}

/** Fetches models, one process for each. No process is started and nothing is connected to before {@link start}. */
export interface Downloads {
  /** Running, paused and failed ones. */
  readonly all: readonly DownloadView[];
  readonly onDidChange: Event<undefined>;
  /**
   * Fetches a model, or the rest of one, and checks it. One that is there already is done at once, one that is running is joined.
   * @param fresh whether to throw away first what is there of it
   */
  start(source: DownloadSource, fresh?: boolean): Promise<DownloadEnd>;
  /** Stops one and keeps what is there of it. */
  pause(id: string): void;
  /** Stops one and deletes what is there of it. */
  cancel(id: string): Promise<void>;
  downloaded(): Promise<readonly DownloadedModel[]>;
}

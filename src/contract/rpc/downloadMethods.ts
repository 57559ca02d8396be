/**
 * The contract between the host and a download's process: JSON-RPC over the fork's IPC channel, one process for each download.
 * docs/protocol.md describes it in prose and changes with it. Sizes in bytes.
 */

/** Raised whenever a message changes shape. */
export const DOWNLOAD_PROTOCOL_VERSION = 1;

export const downloadMethods = {
  initialize: 'paddock/initialize',
  /** Cancelling the request stops the download and keeps what is there. */
  download: 'paddock/download',
  /** process -> host, notification: a {@link DownloadProgress} */
  progress: 'paddock/downloadProgress',
  /** process -> host, notification: a {@link DownloadLogEntry} */
  log: 'paddock/log',
} as const;

export interface DownloadInitializeParams {
  readonly protocolVersion: number;
}

export interface DownloadInitializeResult {
  readonly protocolVersion: number;
  readonly pid: number;
}

/** One file of the model: the whole, or a part of one that is split. */
export interface WantedFile {
  readonly url: string;
  /** Its name in {@link DownloadParams.folder}. */
  readonly name: string;
  /** 0 where unknown. */
  readonly bytes: number;
  /** In hexadecimal; what the hub says counts where it is absent. */
  readonly sha256?: string | undefined;
}

/** How the network is reached. What is absent is as in the process's environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY). */
export interface NetworkParams {
  readonly proxy?: string | undefined;
  /** The value of `Proxy-Authorization`. */
  readonly proxyAuthorization?: string | undefined;
  /** Hosts that are reached without the proxy, with commas between them. */
  readonly noProxy?: string | undefined;
  /** Whether certificates have to be right. */
  readonly strictTls: boolean;
  /** Whether certificates count that the operating system trusts. */
  readonly systemCertificates: boolean;
}

export interface DownloadParams {
  /** Absolute; this download's own, with everything of it inside. Created when needed. */
  readonly folder: string;
  /** In the order in which they are fetched. */
  readonly files: readonly WantedFile[];
  /** What the download is of, as the host knows it: kept in the record, and given back to whoever reads that. */
  readonly source: unknown;
  /** The only origin that is told {@link token}. */
  readonly hubOrigin: string;
  readonly token?: string | undefined;
  readonly network: NetworkParams;
  /** At once, for each file. */
  readonly connections: number;
  /** What is noted as received is noted in pieces of this size. */
  readonly chunkBytes: number;
  /** Begin anew: what is there of it is deleted first. */
  readonly fresh: boolean;
}

export type DownloadPhase =
  /** The server is asked about the files. */
  | 'looking'
  | 'receiving'
  /** The connection was lost or refused for now; it is tried again by itself. */
  | 'waiting'
  /** Everything is there; its checksum is computed. */
  | 'checking';

export interface DownloadProgress {
  readonly phase: DownloadPhase;
  /** Received of all files; in phase `checking`, read of the file that is checked. */
  readonly bytes: number;
  /** Of all files, or of that one; 0 while unknown. */
  readonly total: number;
}

export type DownloadResult =
  /** Every file is there, checked, and has its name. */
  | { readonly kind: 'done'; readonly bytes: number }
  /** The request was cancelled. */
  | { readonly kind: 'stopped' };

/** What can go wrong, as data; the host makes the sentences. `host` is the name of a server. */
export type DownloadProblem =
  /** No server could be reached. */
  | { readonly kind: 'noNetwork'; readonly host: string; readonly detail: string }
  /** Connections were lost again and again, or nothing came any more. */
  | { readonly kind: 'connectionLost'; readonly host: string; readonly detail: string }
  | { readonly kind: 'certificate'; readonly host: string; readonly detail: string }
  | { readonly kind: 'proxy'; readonly detail: string }
  /** The licence has to be accepted on the hub, and a token of the account that did so given. */
  | { readonly kind: 'gated'; readonly host: string; readonly hasToken: boolean }
  | { readonly kind: 'tokenRefused'; readonly host: string }
  | { readonly kind: 'notFound'; readonly host: string; readonly file: string }
  /** `seconds` as the server says, 0 where it does not. */
  | { readonly kind: 'rateLimited'; readonly host: string; readonly seconds: number }
  | { readonly kind: 'server'; readonly host: string; readonly status: number }
  /** A web page came in the file's place: a network's login page, or an address that is wrong. */
  | { readonly kind: 'webPage'; readonly host: string }
  /** Something came that is no GGUF. */
  | { readonly kind: 'notGguf'; readonly host: string; readonly file: string }
  /** The server has it in another length than was expected, or sends more than it has said. 0 where unknown. */
  | { readonly kind: 'wrongLength'; readonly file: string; readonly expectedBytes: number; readonly foundBytes: number }
  /** The server has it with another checksum than the catalogue. Nothing was received. */
  | { readonly kind: 'otherFile'; readonly host: string; readonly file: string }
  /** The server has another version of it by now than the one that is partly here. */
  | { readonly kind: 'changed'; readonly file: string }
  | { readonly kind: 'outOfDisk'; readonly folder: string; readonly neededBytes: number; readonly freeBytes: number }
  | { readonly kind: 'cannotWrite'; readonly path: string; readonly detail: string }
  /** All was received and the checksum is wrong; the file was set aside. */
  | { readonly kind: 'corrupt'; readonly file: string; readonly aside: string }
  /** Another window is at it. */
  | { readonly kind: 'inUse' }
  /** The address that models are to be fetched from is none. */
  | { readonly kind: 'badEndpoint'; readonly endpoint: string }
  | { readonly kind: 'processDied'; readonly detail: string }
  | { readonly kind: 'internal'; readonly detail: string };

/** JSON-RPC error code of every error that carries a {@link DownloadProblem}. */
export const DOWNLOAD_PROBLEM_CODE = 1001;

export interface DownloadLogEntry {
  readonly level: 'warn' | 'info' | 'debug';
  readonly message: string;
}

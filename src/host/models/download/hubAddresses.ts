import { createHash } from 'node:crypto';
import type { WantedFile } from '../../../contract/rpc/downloadMethods';
import type { DownloadSource } from './downloadTypes';

const publicHub = 'https://huggingface.co';

/** Where models are fetched from, without a slash at its end: the setting, else what HF_ENDPOINT says, else the hub everybody knows. */
export function endpointOf(setting: string, environment: string | undefined): string {
  const chosen = [setting, environment ?? ''].map((text) => text.trim()).find((text) => text !== '');
  return (chosen ?? publicHub).replace(/\/+$/, '');
}

/** Whom the token of `endpoint` may be told; `undefined` where that is no address. */
export function originOf(endpoint: string): string | undefined {
  if (!URL.canParse(endpoint)) return undefined;
  const { protocol, origin } = new URL(endpoint);
  return /^https?:$/.test(protocol) ? origin : undefined;
}

/** The page about a model, where its licence can be accepted. */
export function pageOf(endpoint: string, { repository }: DownloadSource): string {
  return `${endpoint}/${repository}`;
}

/**
 * The files to fetch. Of a model that is split and named by its first part alone, all parts.
 * @returns `undefined` where the source names something outside of a repository
 */
export function wantedFiles(endpoint: string, { repository, revision, files }: DownloadSource): readonly WantedFile[] | undefined {
  const all = files.length === 1 && files[0] ? partsOf(files[0]) : files;
  const isSound =
    isName(repository, 2) && isName(revision) && all.length > 0 && all.every(({ path }) => isName(path) && /\.gguf$/i.test(path));
  if (!isSound) return undefined;
  return all.map(({ path, bytes, sha256 }) => ({
    url: `${endpoint}/${repository}/resolve/${encodeURIComponent(revision)}/${path.split('/').map(encodeURIComponent).join('/')}`,
    name: path.split('/').at(-1) ?? path,
    bytes,
    sha256,
  }));
}

/** The name of a download's own folder: readable, and another for each id. */
export function folderNameOf(id: string): string {
  const readable = id
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .slice(0, 60);
  return `${readable}-${createHash('sha256').update(id).digest('hex').slice(0, 8)}`;
}

type SourceFile = DownloadSource['files'][number];

function partsOf(first: SourceFile): readonly SourceFile[] {
  const [, stem, count] = /^(.*)-00001-of-(\d{5})\.gguf$/i.exec(first.path) ?? [];
  if (stem === undefined || count === undefined || Number(count) === 0) return [first];
  const others = Array.from({ length: Number(count) - 1 }, (_, index) => ({
    path: `${stem}-${String(index + 2).padStart(5, '0')}-of-${count}.gguf`,
    bytes: 0,
  }));
  return [first, ...others];
}

/** Whether it is a path of names, as many as `count` where that is given, that leads nowhere else. */
function isName(path: string, count?: number): boolean {
  const names = path.split('/');
  return (
    (count === undefined || names.length === count) && names.every((name) => /^[^\\:*?"<>|\p{Cc}]+$/u.test(name) && !/^\.+$/.test(name))
  );
}

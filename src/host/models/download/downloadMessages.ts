/** Downloads in words: how far one is, and what went wrong with what helps. */
import { l10n } from 'vscode';
import { formatUnit } from '../../ui/numberFormat';
import type { DownloadProblem, DownloadView } from './downloadTypes';

export type DownloadActionId = 'resume' | 'downloadAgain' | 'setToken' | 'openModelPage' | 'openProxySettings' | 'openSettings' | 'showLog';

export interface DownloadAction {
  readonly id: DownloadActionId;
  readonly label: string;
}

/** A size with its unit: MB below a gigabyte. */
export function size(bytes: number): string {
  return bytes < 1e9 ? inUnit(bytes / 1e6, 'megabyte', bytes < 1e7 ? 1 : 0) : inUnit(bytes / 1e9, 'gigabyte', bytes < 1e10 ? 2 : 1);
}

/** How much is there, rounded down: 100 only when all is. */
export function percent({ bytes, total }: { readonly bytes: number; readonly total: number }): number {
  return total === 0 ? 0 : Math.floor((bytes / total) * 100);
}

/** Everything about how far it is, on one line. */
export function progressLine(view: DownloadView): string {
  const { state, bytes, total } = view;
  const amount = total === 0 ? '' : l10n.t('{0}% of {1}', percent(view), size(total));
  switch (state.kind) {
    case 'paused':
      return join([l10n.t('stopped'), amount]);
    case 'failed':
      return join([l10n.t('failed'), bytes === 0 ? '' : amount]);
    case 'running':
      break;
  }
  switch (state.phase) {
    case 'looking':
      return l10n.t('asking the server');
    case 'waiting':
      return join([amount, l10n.t('connection lost, trying again')]);
    case 'checking':
      return l10n.t('checking, {0}%', percent(view));
    case 'receiving':
      return join([amount, rate(state.bytesPerSecond), timeLeft(state.secondsLeft)]);
  }
}

/** As much of it as fits into the status bar. */
export function shortProgress(view: DownloadView): string {
  const { state } = view;
  const done = `${percent(view)}%`;
  if (state.kind !== 'running' || state.phase !== 'receiving') return done;
  const { bytesPerSecond, secondsLeft } = state;
  return join([done, rate(bytesPerSecond), secondsLeft === undefined ? '' : duration(secondsLeft)]);
}

function rate(bytesPerSecond: number): string {
  return bytesPerSecond < 1 ? '' : inUnit(bytesPerSecond / 1e6, 'megabyte-per-second', bytesPerSecond < 1e7 ? 1 : 0);
}

function timeLeft(seconds: number | undefined): string {
  if (seconds === undefined) return '';
  return seconds < 60 ? l10n.t('less than a minute left') : l10n.t('{0} left', duration(seconds));
}

/** In minutes, rounded up, and hours. */
function duration(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  const rest = inUnit(minutes % 60, 'minute', 0);
  return minutes < 60 ? rest : `${inUnit(Math.floor(minutes / 60), 'hour', 0)} ${rest}`;
}

function join(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}

/** `problem` of the download of `name`, in the user's language, with the buttons that help. */
export function describeDownloadProblem(
  problem: DownloadProblem,
  name: string,
): { readonly message: string; readonly actions: readonly DownloadAction[] } {
  return { message: messageOf(problem, name), actions: actionsOf(problem).map((id) => ({ id, label: labelOf(id) })) };
}

function actionsOf(problem: DownloadProblem): readonly DownloadActionId[] {
  switch (problem.kind) {
    case 'noNetwork':
    case 'certificate':
    case 'proxy':
      return ['resume', 'openProxySettings'];
    case 'connectionLost':
    case 'rateLimited':
    case 'server':
    case 'webPage':
    case 'outOfDisk':
    case 'cannotWrite':
      return ['resume'];
    case 'gated':
      return ['openModelPage', 'setToken', 'resume'];
    case 'tokenRefused':
      return ['setToken', 'resume'];
    case 'notFound':
    case 'notGguf':
    case 'otherFile':
      return ['openModelPage'];
    case 'wrongLength':
    case 'changed':
    case 'corrupt':
      return ['downloadAgain'];
    case 'badEndpoint':
      return ['openSettings'];
    case 'processDied':
    case 'internal':
      return ['resume', 'showLog'];
    case 'inUse':
      return [];
  }
}

export function labelOf(id: DownloadActionId): string {
  switch (id) {
    case 'resume':
      return l10n.t('Resume');
    case 'downloadAgain':
      return l10n.t('Download Again');
    case 'setToken':
      return l10n.t('Set Token…');
    case 'openModelPage':
      return l10n.t('Open Model’s Page');
    case 'openProxySettings':
      return l10n.t('Proxy Settings');
    case 'openSettings':
      return l10n.t('Open Settings');
    case 'showLog':
      return l10n.t('Show Log');
  }
}

function messageOf(problem: DownloadProblem, name: string): string {
  switch (problem.kind) {
    case 'noNetwork':
      return l10n.t(
        '{0} could not be downloaded: {1} cannot be reached ({2}). Check the network connection, or set a proxy.',
        name,
        problem.host,
        problem.detail,
      );
    case 'connectionLost':
      return l10n.t(
        'The download of {0} stopped: the connection to {1} was lost again and again ({2}). What has arrived is kept; resume it when the connection is better.',
        name,
        problem.host,
        problem.detail,
      );
    case 'certificate':
      return l10n.t(
        '{0} could not be downloaded: the certificate of {1} is not trusted ({2}). If your network uses certificates of its own, install them on this computer or name them in NODE_EXTRA_CA_CERTS.',
        name,
        problem.host,
        problem.detail,
      );
    case 'proxy':
      return l10n.t(
        '{0} could not be downloaded: the proxy refused the connection or cannot be used ({1}). Check the proxy settings.',
        name,
        problem.detail,
      );
    case 'gated':
      return problem.hasToken
        ? l10n.t(
            '{0} could not be downloaded: {1} does not give it to your account. Accept the licence on the model’s page, or use a token of an account that has done so.',
            name,
            problem.host,
          )
        : l10n.t(
            '{0} could not be downloaded: {1} gives it only to accounts that have accepted its licence. Accept it on the model’s page, then set an access token of your account.',
            name,
            problem.host,
          );
    case 'tokenRefused':
      return l10n.t('{0} could not be downloaded: {1} does not know your access token. Set another one, or remove it.', name, problem.host);
    case 'notFound':
      return l10n.t(
        '{0} could not be downloaded: {1} has no file {2}. It may have been renamed; look at the model’s page.',
        name,
        problem.host,
        problem.file,
      );
    case 'rateLimited':
      return rateLimited(problem, name);
    case 'server':
      return l10n.t('{0} could not be downloaded: {1} answered with status {2}. Resume it later.', name, problem.host, problem.status);
    case 'webPage':
      return l10n.t(
        '{0} could not be downloaded: {1} sent a web page in its place. If your network wants you to log in, do so in a browser, then resume.',
        name,
        problem.host,
      );
    case 'notGguf':
      return l10n.t(
        '{0} could not be downloaded: {2} at {1} is not a GGUF file. Look at the model’s page for the right one.',
        name,
        problem.host,
        problem.file,
      );
    default:
      return fileProblem(problem, name);
  }
}

/** What is about the file or this machine, and not about the way to the server. */
function fileProblem(
  problem: Extract<
    DownloadProblem,
    {
      kind:
        | 'wrongLength'
        | 'otherFile'
        | 'changed'
        | 'outOfDisk'
        | 'cannotWrite'
        | 'corrupt'
        | 'inUse'
        | 'badEndpoint'
        | 'processDied'
        | 'internal';
    }
  >,
  name: string,
): string {
  switch (problem.kind) {
    case 'wrongLength':
      return l10n.t(
        'The download of {0} stopped: the length of {1} is not what the server or the catalogue says. Download it again, or choose another model.',
        name,
        problem.file,
      );
    case 'otherFile':
      return l10n.t(
        '{0} was not downloaded: {1} has another {2} than the one Paddock knows, by its checksum. Look at the model’s page, or choose another model.',
        name,
        problem.host,
        problem.file,
      );
    case 'changed':
      return l10n.t(
        'The download of {0} cannot be resumed: the server has a new version of {1} by now. Download it again; what has arrived of the old one is then deleted.',
        name,
        problem.file,
      );
    case 'outOfDisk':
      return outOfDisk(problem, name);
    case 'cannotWrite':
      return l10n.t(
        'The download of {0} stopped: {1} cannot be written ({2}). Check the disk, then resume; what has arrived is kept.',
        name,
        problem.path,
        problem.detail,
      );
    case 'corrupt':
      return l10n.t(
        'All of {0} has arrived, but the checksum of {1} is wrong, so it is not used. It was set aside as {2}. Download it again; the damaged file is then deleted.',
        name,
        problem.file,
        problem.aside,
      );
    case 'inUse':
      return l10n.t('{0} is being downloaded by another window.', name);
    case 'badEndpoint':
      return l10n.t(
        '{0} cannot be downloaded: “{1}” is no web address. Correct the address that models are downloaded from.',
        name,
        problem.endpoint,
      );
    case 'processDied':
      return l10n.t('The process that downloads {0} ended unexpectedly ({1}). What has arrived is kept; resume it.', name, problem.detail);
    case 'internal':
      return l10n.t(
        'Something went wrong while {0} was downloaded ({1}). What has arrived is kept; the log says more.',
        name,
        problem.detail,
      );
  }
}

function rateLimited({ host, seconds }: Extract<DownloadProblem, { kind: 'rateLimited' }>, name: string): string {
  if (seconds === 0)
    return l10n.t('The download of {0} stopped: {1} has had too many requests from this network. Resume it later.', name, host);
  return l10n.t(
    'The download of {0} stopped: {1} has had too many requests from this network. It takes new ones in {2} min; resume it then.',
    name,
    host,
    Math.ceil(seconds / 60),
  );
}

function outOfDisk({ folder, neededBytes, freeBytes }: Extract<DownloadProblem, { kind: 'outOfDisk' }>, name: string): string {
  if (neededBytes === 0) {
    return l10n.t(
      'The download of {0} stopped: the disk is full. Make room where {1} is, then resume; what has arrived is kept.',
      name,
      folder,
    );
  }
  return l10n.t(
    'There is not enough room on the disk for {0}: {1} are needed and {2} are free. Make room where {3} is, then resume.',
    name,
    size(neededBytes),
    size(freeBytes),
    folder,
  );
}

function inUnit(value: number, unit: string, digits: number): string {
  return formatUnit(value, unit, { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

import { homedir } from 'node:os';
import path from 'node:path';
import { Uri, commands, l10n, window, workspace } from 'vscode';
import { firstGraphemes } from '../../../util/text/wholeCharacters';
import { labelOf } from '../../ui/errorMessages';
import { commandIds } from '../../services/commandIds';
import type { Log } from '../../services/log';
import { forecastWords } from '../context/contextMessages';
import { exportAs, importFrom, type ExportFormat, type ImportContext } from './exchangeFormats';
import type { Conversation } from '../store/conversationRecords';

/** Larger files are not even read. A conversation of hundreds of turns with a file attached to each is smaller. */
const MOST_MEGABYTES = 32;

const extensions: Readonly<Record<ExportFormat, string>> = { markdown: 'md', json: 'json' };

/** Lets the user choose format and place, and writes `conversation` there. */
export async function exportConversation(conversation: Conversation, log: Log): Promise<void> {
  const format = await pickFormat();
  if (format === undefined) return;
  const extension = extensions[format];
  const uri = await window.showSaveDialog({
    defaultUri: Uri.joinPath(startFolder(), `${fileName(conversation.title)}.${extension}`),
    filters: { [formatLabel(format)]: [extension] },
    title: l10n.t('Export Conversation'),
    saveLabel: l10n.t('Export'),
  });
  if (uri === undefined) return;
  const words = { ...forecastWords(), question: l10n.t('Question'), answer: l10n.t('Answer'), attached: l10n.t('Attached') };
  try {
    await workspace.fs.writeFile(uri, new TextEncoder().encode(exportAs(format, conversation, words)));
  } catch (error) {
    log.error(`export to ${uri.toString()}: ${String(error)}`);
    const message = l10n.t(
      'The conversation could not be written to {0}. Choose another place; the log says why.',
      path.basename(uri.path),
    );
    offer(window.showErrorMessage(message, labelOf('showLog')), showLog, log);
    return;
  }
  const open = l10n.t('Open File');
  const done = window.showInformationMessage(l10n.t('Conversation exported to {0}.', path.basename(uri.path)), open);
  offer(done, () => commands.executeCommand('vscode.open', uri), log);
}

/** Lets the user choose exported files. The conversations in those that could be read; each of the others is reported. */
export async function chooseConversations(context: ImportContext, log: Log): Promise<readonly Conversation[]> {
  const uris = await window.showOpenDialog({
    canSelectMany: true,
    defaultUri: startFolder(),
    filters: { [l10n.t('Conversations')]: Object.values(extensions) },
    title: l10n.t('Import Conversations'),
    openLabel: l10n.t('Import'),
  });
  const read = await Promise.all((uris ?? []).map((uri) => readConversation(uri, context, log)));
  return read.filter((each) => each !== undefined);
}

async function readConversation(uri: Uri, context: ImportContext, log: Log): Promise<Conversation | undefined> {
  const name = path.basename(uri.path);
  try {
    const { size } = await workspace.fs.stat(uri);
    if (size > MOST_MEGABYTES * 1_000_000) {
      const message = l10n.t('{0} is larger than {1} MB and was not imported. Choose a file that Paddock exported.', name, MOST_MEGABYTES);
      void window.showErrorMessage(message);
      return undefined;
    }
    return importFrom(new TextDecoder().decode(await workspace.fs.readFile(uri)), context);
  } catch (error) {
    log.error(`import of ${uri.toString()}: ${String(error)}`);
    const message = l10n.t(
      '{0} holds no conversation that this version of Paddock can read. Choose a file that Paddock exported; the log says what is wrong with this one.',
      name,
    );
    offer(window.showErrorMessage(message, labelOf('showLog')), showLog, log);
    return undefined;
  }
}

async function pickFormat(): Promise<ExportFormat | undefined> {
  const items: { readonly format: ExportFormat; readonly label: string; readonly detail: string }[] = [
    {
      format: 'markdown',
      label: formatLabel('markdown'),
      detail: l10n.t('To read and to pass on. Questions and answers can be imported again.'),
    },
    {
      format: 'json',
      label: formatLabel('json'),
      detail: l10n.t('With attached files and all versions of an answer. Can be imported again as it is.'),
    },
  ];
  return (await window.showQuickPick(items, { title: l10n.t('Export Conversation'), placeHolder: l10n.t('Choose a format') }))?.format;
}

function formatLabel(format: ExportFormat): string {
  // Names, the same in every language.
  return format === 'json' ? 'JSON' : 'Markdown';
}

function startFolder(): Uri {
  return workspace.workspaceFolders?.[0]?.uri ?? Uri.file(homedir());
}

/** File systems allow 255 bytes for a name, and the extension takes some of them. */
const MAX_NAME_BYTES = 200;

/** A title as a file's name on every system. */
function fileName(title: string): string {
  const name = title
    .replace(/[\p{Cc}\\/:*?"<>|]+/gu, ' ')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/\.+$/u, '');
  return name === '' ? 'conversation' : withinBytes(name, MAX_NAME_BYTES);
}

/** Returns the first characters, as people see them, that fit `max` bytes of UTF-8. */
function withinBytes(text: string, max: number): string {
  let bytes = 0;
  const shown = firstGraphemes(text, max);
  const end = shown.findIndex((one) => (bytes += Buffer.byteLength(one)) > max);
  return shown.slice(0, end < 0 ? shown.length : end).join('');
}

/** Does `action` if the message's only button is pressed. */
function offer(message: Thenable<string | undefined>, action: () => Thenable<unknown>, log: Log): void {
  message
    .then((choice) => (choice === undefined ? undefined : action()))
    .then(undefined, (error: unknown) => {
      log.error(String(error));
    });
}

function showLog(): Thenable<unknown> {
  return commands.executeCommand(commandIds.showLog);
}

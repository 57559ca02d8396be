/** What of a drag can be attached. VS Code lets a drag into a webview while Shift is held. */

/** As much of a `DataTransfer` as is read. */
export type Dragged = Pick<DataTransfer, 'types' | 'getData'>;

/** All addresses of a drag of VS Code's, and what every program writes, which of several files has VS Code's first one alone. */
const VSCODE_LIST = 'application/vnd.code.uri-list';
const RESOURCES = 'resourceurls';
const LIST = 'text/uri-list';

/** Whether files are dragged. What they are is told when they are dropped. */
export function hasFiles({ types }: Dragged): boolean {
  return [VSCODE_LIST, RESOURCES, LIST].some((type) => types.includes(type));
}

/** The addresses of the files that were dropped. */
export function droppedUris(data: Dragged): readonly string[] {
  const all = [lines(data.getData(VSCODE_LIST)), list(data.getData(RESOURCES)), lines(data.getData(LIST))];
  return all.find((uris) => uris.length > 0) ?? [];
}

/** By RFC 2483, lines that begin with `#` are comments. */
function lines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function list(json: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
  } catch {
    return [];
  }
}

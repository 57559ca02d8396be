/** Reads the files of a drag. VS Code lets a drag into a webview only while Shift is held. */

export type Dragged = Pick<DataTransfer, 'types' | 'getData'>;

/**
 * The first two are VS Code's own and hold every dragged file. The last is every program's, and VS Code writes only the first file there.
 */
const VSCODE_LIST = 'application/vnd.code.uri-list';
const RESOURCES = 'resourceurls';
const LIST = 'text/uri-list';

/** Whether files are dragged. The browser hides their addresses until they are dropped. */
export function hasFiles({ types }: Dragged): boolean {
  return [VSCODE_LIST, RESOURCES, LIST].some((type) => types.includes(type));
}

export function readDroppedUris(data: Dragged): readonly string[] {
  const all = [parseUriList(data.getData(VSCODE_LIST)), parseJsonList(data.getData(RESOURCES)), parseUriList(data.getData(LIST))];
  return all.find((uris) => uris.length > 0) ?? [];
}

/** In RFC 2483, lines that begin with `#` are comments. */
function parseUriList(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function parseJsonList(json: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
  } catch {
    return [];
  }
}

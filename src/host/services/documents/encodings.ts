import * as vscode from 'vscode';
import { isCell } from './notebooks';
import { documentName } from '../workspace/promptPaths';
import { plainName } from '../workspace/workspacePaths';

/** Characters named in a sentence. */
const MAX_NAMED = 3;

/** VS Code's command that opens the active file with another encoding, or saves it with one. */
const CHANGE_ENCODING = 'workbench.action.editor.changeEncoding';

/**
 * Whether the file's bytes survive being decoded and encoded again. They do not where VS Code guessed the wrong encoding, or the file is not
 * valid in it: then saving changes bytes in places that nobody touched. `true` where there are no bytes to lose.
 */
export async function bytesSurvive({ uri, encoding }: vscode.TextDocument): Promise<boolean> {
  // VS Code writes a notebook as JSON in UTF-8, whatever its cells hold.
  if (uri.scheme === 'untitled' || isCell(uri)) return true;
  try {
    const bytes = await vscode.workspace.fs.readFile(uri);
    const text = await vscode.workspace.decode(bytes, { encoding });
    const again = await vscode.workspace.encode(text, { encoding });
    return Buffer.compare(withoutMark(bytes), withoutMark(again)) === 0;
  } catch {
    // The file is gone, or holds zero bytes, with which VS Code's API decodes nothing.
    return true;
  }
}

/** The characters of `text` that an encoding does not have, each once: VS Code saves a question mark in their place. */
export async function missingCharacters(text: string, encoding: string): Promise<readonly string[]> {
  const characters = [...new Set(text)].filter((character) => character > '\u007F');
  if (characters.length === 0) return [];
  const joined = characters.join('\n');
  const kept = (await vscode.workspace.decode(await vscode.workspace.encode(joined, { encoding }), { encoding })).split('\n');
  return characters.filter((character, index) => kept[index] !== character);
}

/**
 * A sentence about what saving `document` with `text` in it would destroy; `undefined` where it destroys nothing.
 * @param text what is to be put in
 */
export async function encodingWarning(document: vscode.TextDocument, text: string): Promise<string | undefined> {
  const name = plainName(documentName(document.uri));
  if (!(await bytesSurvive(document))) {
    return vscode.l10n.t(
      '{0} was opened as {1}, which does not fit its bytes: saving it changes characters all over the file. Reopen it with its own encoding first.',
      name,
      document.encoding,
    );
  }
  if (isCell(document.uri)) return undefined;
  const missing = await missingCharacters(text, document.encoding);
  if (missing.length === 0) return undefined;
  return vscode.l10n.t(
    'The encoding of {0}, {1}, lacks characters of this code: {2}. They would be saved as question marks. Save the file with another encoding first.',
    name,
    document.encoding,
    missing.slice(0, MAX_NAMED).map(describeCharacter).join(', '),
  );
}

/** The button that leads out of what {@link encodingWarning} says. */
export function reopenLabel(): string {
  return vscode.l10n.t('Reopen with Encoding');
}

/** Shows the document, and VS Code's list of encodings for it. */
export async function reopenWithEncoding(document: vscode.TextDocument): Promise<void> {
  await vscode.window.showTextDocument(document, { preview: false });
  await vscode.commands.executeCommand(CHANGE_ENCODING);
}

/** Asks whether to go on although characters would be destroyed. Shows the way out where the user chooses it. */
export async function confirmWarning(document: vscode.TextDocument, warning: string, goOn: string): Promise<boolean> {
  const choice = await vscode.window.showWarningMessage(warning, goOn, reopenLabel());
  if (choice === reopenLabel()) await reopenWithEncoding(document);
  return choice === goOn;
}

/** Only letters and symbols are shown as they are: other characters are invisible, or turn the sentence around. */
function describeCharacter(character: string): string {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return /^[\p{L}\p{N}\p{S}\p{P}]$/u.test(character) ? `${character} (${code})` : code;
}

/** Without the byte order mark, which VS Code adds to UTF-16 and takes from its own list for UTF-8. */
function withoutMark(bytes: Uint8Array): Uint8Array {
  const marks = [
    [0xef, 0xbb, 0xbf],
    [0xff, 0xfe],
    [0xfe, 0xff],
  ];
  const mark = marks.find((each) => each.every((byte, index) => bytes[index] === byte));
  return mark === undefined ? bytes : bytes.subarray(mark.length);
}

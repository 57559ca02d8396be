/** Settles with the user what a placement leaves in doubt. */
import { l10n, window } from 'vscode';
import { plainName } from '../../services/workspace/workspacePaths';
import { place, type PlacementInput } from '../merge/codePlacement';

/** Names that are listed in a sentence. */
const MAX_NAMES = 5;

/** Returns the file with the block in it, or `undefined` if the user decides against it. */
export async function placeSurely(input: PlacementInput, file: string): Promise<readonly string[] | undefined> {
  const { lines, doubt } = place(input);
  switch (doubt?.kind) {
    case undefined:
      return lines;
    case 'deletes':
      return askAboutDeletion(file, doubt.names, lines, doubt.kept);
    case 'twins': {
      const chosen = await pickTwin(input.original, doubt.name, doubt.lines);
      return chosen === undefined ? undefined : placeSurely({ ...input, chosen: [...(input.chosen ?? []), chosen] }, file);
    }
    case 'unplaced': {
      const insert = l10n.t('Insert Without Them');
      const message = l10n.t(
        'The code leaves out parts, such as “… existing code …”, and nothing in {0} tells which. Insert the code without them, or copy what you need.',
        file,
      );
      return (await window.showWarningMessage(message, { modal: true }, insert)) === insert ? lines : undefined;
    }
  }
}

async function askAboutDeletion(
  file: string,
  names: readonly string[],
  without: readonly string[],
  kept: readonly string[] | undefined,
): Promise<readonly string[] | undefined> {
  const [keep, remove] = [l10n.t('Keep'), l10n.t('Remove')];
  const listed = names.slice(0, MAX_NAMES).map(plainName).join(', ') + (names.length > MAX_NAMES ? ', …' : '');
  const message =
    kept === undefined
      ? l10n.t('The code leaves out {0} of {1} without saying so. Remove this part of the file?', listed, file)
      : l10n.t('The code leaves out {0} of {1} without saying so. Keep this part of the file, or remove it?', listed, file);
  const choice = await window.showWarningMessage(message, { modal: true }, ...(kept === undefined ? [] : [keep]), remove);
  if (choice === undefined) return undefined;
  return choice === keep ? kept : without;
}

async function pickTwin(original: readonly string[], name: string, lines: readonly number[]): Promise<number | undefined> {
  const items = lines.map((line) => ({
    label: plainName(original[line]?.trim() ?? ''),
    description: l10n.t('Line {0}', line + 1),
    line,
  }));
  const placeHolder = l10n.t('There are several declarations of {0}. Choose the one to change.', plainName(name));
  return (await window.showQuickPick(items, { placeHolder }))?.line;
}

import { l10n, window } from 'vscode';
import type { EditorPlace } from '../../services/documents/targetRange';
import type { SharingRules } from '../../services/workspace/contentExclusion';
import type { WorkspaceFiles } from '../../services/workspace/workspaceFiles';
import type { Item } from './contextItems';
import { selectionItem } from './editorItems';
import type { Offer, SuggestionSources } from './mentionSuggestions';
import { findSymbols } from './workspaceSymbols';
import { terminalSelection } from './terminalSelection';

export interface EditorSourcesDeps {
  readonly files: WorkspaceFiles;
  readonly rules: SharingRules;
  /** The editor somebody was in last. */
  readonly editor: () => EditorPlace | undefined;
}

/** What there is in this window to attach. */
export function editorSources({ files, rules, editor }: EditorSourcesDeps): SuggestionSources {
  return {
    kinds: () => kindsFor(editor()),
    files: (typed) => files.find(typed),
    symbols: (typed) => findSymbols(typed, editor(), rules),
  };
}

function kindsFor(editor: EditorPlace | undefined): readonly Offer[] {
  const uri = editor?.document.uri.toString();
  const selection = editor && selectionItem(editor);
  return [
    search('file', '#file', l10n.t('A file, by its name')),
    ...(selection ? [offer('selection', '#selection', l10n.t('The lines selected in the editor'), [selection])] : []),
    search('symbol', '#symbol', l10n.t('A function, a class or another symbol')),
    ...(uri === undefined
      ? []
      : [offer('problems', '#problems', l10n.t('Errors and warnings in the open file'), [{ kind: 'problems', uri }])]),
    offer('problems', '#problems-workspace', l10n.t('Errors and warnings in the workspace'), [{ kind: 'problems' }]),
    ...(window.activeTerminal
      ? [{ ...offer('terminal', '#terminal-selection', l10n.t('The text selected in the terminal'), []), items: terminalItems }]
      : []),
    offer('changes', '#changes', l10n.t('What is not committed yet, as Git sees it'), [{ kind: 'changes' }]),
  ];
}

/** A kind in which something is searched: taking it goes on with that. */
function search(kind: 'file' | 'symbol', label: string, detail: string): Offer {
  return { view: { id: label, kind, label, detail, insert: `${kind}:` }, items: () => Promise.resolve([]) };
}

function offer(kind: Item['kind'], label: string, detail: string, items: readonly Item[]): Offer {
  return { view: { id: label, kind, label, detail }, items: () => Promise.resolve(items) };
}

async function terminalItems(): Promise<readonly Item[]> {
  const text = await terminalSelection();
  if (text.trim() !== '') return [{ kind: 'terminal', text }];
  void window.showInformationMessage(l10n.t('Nothing is selected in the terminal. Select the text there first.'));
  return [];
}

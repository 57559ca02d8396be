import { randomUUID } from 'node:crypto';
import { Disposable, Uri, commands, languages, window, workspace } from 'vscode';
import type { SlashCommandView } from '../../../contract/webview/chatMessages';
import type { LanguageModel } from '../../llm/languageModel';
import { idleAfter } from '../../llm/idleWarmUp';
import { commandIds } from '../../services/commandIds';
import { LastEditor } from '../../services/documents/lastEditor';
import { SharingRules } from '../../services/workspace/contentExclusion';
import { DraftContext, type ItemMemory, type ItemView } from './draftContext';
import { WorkspaceFiles } from '../../services/workspace/workspaceFiles';
import type { ForecastWords } from './contextGauge';
import type { Item } from './contextItems';
import { labelOf } from './attachmentLabels';
import { openItem, selectionItem, sourceOf } from './editorItems';
import { readItem } from './resolveAttachment';
import { editorSources } from './attachmentSources';
import { Suggestions } from './mentionSuggestions';
import { ViewContext, type DocumentListener } from './viewContext';

export interface ContextsDeps {
  readonly engine: LanguageModel;
  readonly words: ForecastWords;
  readonly commands: readonly SlashCommandView[];
  /** Attaches in the view the user sees, and shows it. */
  readonly attach: (items: readonly Item[]) => Promise<void>;
}

/** What the views of the chat share to attach things. */
export interface Contexts extends Disposable {
  /** The attachments of one view, which has them kept in `memory`. */
  create(memory: ItemMemory): ViewContext;
}

/** Milliseconds of quiet after which a question is counted, and after which a document that changed is read again. */
const PAUSE_MILLISECONDS = 150;
const CALM_MILLISECONDS = 1000;

/** Attaching things to questions: by the view, from the editor's and the explorer's menus, and from the palette. */
export function registerContexts(deps: ContextsDeps): Contexts {
  const rules = new SharingRules(() => []);
  const files = new WorkspaceFiles(rules);
  const editor = new LastEditor();
  const suggestions = new Suggestions(editorSources({ files, rules, editor: () => editor.current }));
  const registered = Disposable.from(
    // The explorer gives what was clicked and all that is selected, an editor's menus the file alone, and the palette nothing.
    commands.registerCommand(commandIds.addFileToChat, async (clicked?: unknown, selected?: unknown) => {
      const named: readonly unknown[] = Array.isArray(selected) ? selected : [clicked ?? editor.current?.document.uri];
      const uris = named.filter((each): each is Uri => each instanceof Uri);
      if (uris.length > 0) await deps.attach(uris.map((uri) => ({ kind: 'file', uri: uri.toString() })));
    }),
    commands.registerCommand(commandIds.addSelectionToChat, async () => {
      const selection = window.activeTextEditor && selectionItem(window.activeTextEditor);
      if (selection) await deps.attach([selection]);
    }),
    editor,
    files,
    rules,
  );
  return Object.assign(registered, { create: (memory: ItemMemory) => createContext(deps, suggestions, memory) });
}

function createContext(deps: ContextsDeps, suggestions: Suggestions, memory: ItemMemory): ViewContext {
  return new ViewContext({
    draft: new DraftContext({ memory, read: readItem, view: (item) => viewOf(item, deps.words), newId: randomUUID }),
    suggestions,
    commands: deps.commands,
    engine: deps.engine,
    words: deps.words,
    idle: idleAfter(PAUSE_MILLISECONDS),
    calm: idleAfter(CALM_MILLISECONDS),
    watch: watchDocuments,
    open: openItem,
    offerModel: async (uri) => {
      await commands.executeCommand(commandIds.chooseModelFile, Uri.parse(uri));
    },
  });
}

function viewOf(item: Item, words: ForecastWords): ItemView {
  const source = sourceOf(item);
  return { kind: item.kind, label: labelOf(source, words), opens: source.path !== undefined };
}

function watchDocuments(listener: DocumentListener): Disposable {
  const changed = (uri: Uri): void => {
    listener.changed(uri.toString());
  };
  return Disposable.from(
    workspace.onDidChangeTextDocument(({ document: { uri }, contentChanges }) => {
      const changes = contentChanges.map(({ range, text }) => ({
        startLine: range.start.line + 1,
        endLine: range.end.line + 1,
        newLines: text.split('\n').length,
      }));
      if (changes.length === 0) return;
      listener.moved(uri.toString(), changes);
      changed(uri);
    }),
    workspace.onDidCreateFiles(({ files }) => {
      files.forEach(changed);
    }),
    workspace.onDidDeleteFiles(({ files }) => {
      files.forEach(changed);
    }),
    workspace.onDidRenameFiles(({ files }) => {
      for (const { oldUri, newUri } of files) [oldUri, newUri].forEach(changed);
    }),
    languages.onDidChangeDiagnostics(() => {
      listener.diagnosed();
    }),
  );
}

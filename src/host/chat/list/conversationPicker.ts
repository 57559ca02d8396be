import { QuickPickItemKind, ThemeIcon, commands, l10n, window, type QuickInputButton, type QuickPickItem } from 'vscode';
import type { Log } from '../../services/log';
import type { ConversationActions } from './conversationActions';
import { grouped, type ConversationGroup } from './conversationGroups';
import type { ChatController } from '../view/chatController';
import type { ConversationStore } from '../store/conversationStore';
import { relativeTime } from './relativeTime';
import type { ConversationSearch } from '../store/conversationSearch';
import type { ConversationSummary } from '../store/conversationSummaries';

export interface PickerDeps {
  readonly store: ConversationStore;
  readonly search: ConversationSearch;
  readonly actions: ConversationActions;
  readonly openInEditor: (id: string) => Promise<void>;
  /** BCP 47. */
  readonly language: string;
  readonly log: Log;
}

/** A conversation, or what separates two groups of them and has none. */
interface ConversationItem extends QuickPickItem {
  readonly summary?: ConversationSummary;
}

/** While results come in, the list is painted anew at most so often. */
const REPAINT_MILLISECONDS = 100;

/** Lets the user pick a conversation for `controller` to open, search all of them, and tidy up. Settles when the list is closed. */
export async function pickConversation(deps: PickerDeps, controller: ChatController): Promise<void> {
  await new ConversationPicker(deps, controller).run();
}

/** VS Code's command that puts the focus into the picker that is shown. */
const FOCUS_PICKER = 'workbench.action.focusQuickOpen';
/** Milliseconds after which the focus is where VS Code wants it. */
const FOCUS_SETTLES = 500;

type Buttons = Readonly<Record<'pin' | 'unpin' | 'rename' | 'openInEditor' | 'export' | 'remove', QuickInputButton>>;

class ConversationPicker {
  private readonly pick = window.createQuickPick<ConversationItem>();
  private readonly acts = new Map<QuickInputButton, (summary: ConversationSummary) => Promise<void>>();
  private readonly buttons: Buttons;
  private summaries: readonly ConversationSummary[] = [];
  private searching = new AbortController();
  /** Hidden while something else asks the user; it comes back. */
  private aside = false;

  constructor(
    private readonly deps: PickerDeps,
    private readonly controller: ChatController,
  ) {
    this.buttons = this.createButtons();
  }

  async run(): Promise<void> {
    const { pick } = this;
    const closed = new Promise<void>((resolve) => {
      pick.onDidHide(() => {
        if (!this.aside) resolve();
      });
    });
    pick.title = l10n.t('Conversations');
    // The snippet shows what was searched for.
    pick.matchOnDetail = true;
    pick.keepScrollPosition = true;
    pick.onDidChangeValue(() => {
      this.follow(this.show());
    });
    pick.onDidAccept(() => {
      const summary = pick.selectedItems[0]?.summary;
      // Enter may come while the list is being searched, when nothing is chosen yet.
      if (summary === undefined) return;
      this.follow(this.open(summary.id));
      pick.hide();
    });
    pick.onDidTriggerItemButton(({ item, button }) => {
      const act = this.acts.get(button);
      if (act !== undefined && item.summary !== undefined) this.follow(act(item.summary));
    });
    // The palette gives the focus back to the chat's page when it closes. On a busy machine that comes after this list is shown, and would
    // close it.
    pick.ignoreFocusOut = true;
    const settled = setTimeout(() => {
      pick.ignoreFocusOut = false;
      void commands.executeCommand(FOCUS_PICKER);
    }, FOCUS_SETTLES);
    pick.show();
    await this.refresh();
    await closed;
    clearTimeout(settled);
    this.searching.abort();
    pick.dispose();
  }

  private async open(id: string): Promise<void> {
    if (await this.controller.open(id)) this.controller.focusInput();
  }

  private createButtons(): Buttons {
    const { actions, openInEditor } = this.deps;
    const refresh = (): Promise<void> => this.refresh();
    const button = (icon: string, tooltip: string, act: (summary: ConversationSummary) => Promise<void>): QuickInputButton => {
      const made = { iconPath: new ThemeIcon(icon), tooltip };
      this.acts.set(made, act);
      return made;
    };
    const pin = async ({ id }: ConversationSummary, pinned: boolean): Promise<void> => {
      await actions.pin(id, pinned);
      await refresh();
    };
    return {
      pin: button('pin', l10n.t('Pin Conversation'), (summary) => pin(summary, true)),
      unpin: button('pinned', l10n.t('Unpin Conversation'), (summary) => pin(summary, false)),
      rename: button('edit', l10n.t('Rename Conversation'), ({ id }) => this.stepAside(() => actions.rename(id))),
      openInEditor: button('go-to-file', l10n.t('Open in Editor'), async ({ id }) => {
        this.pick.hide();
        await openInEditor(id);
      }),
      export: button('export', l10n.t('Export Conversation'), ({ id }) => this.stepAside(() => actions.export(id))),
      remove: button('trash', l10n.t('Delete Conversation'), ({ id }) => actions.remove(id, refresh)),
    };
  }

  /** Does what needs the place where the list is, and shows the list again. */
  private async stepAside(action: () => Promise<void>): Promise<void> {
    this.aside = true;
    try {
      await action();
    } finally {
      this.aside = false;
    }
    await this.refresh();
    this.pick.show();
  }

  private async refresh(): Promise<void> {
    const { pick } = this;
    pick.busy = true;
    this.summaries = await this.deps.store.list();
    pick.placeholder =
      this.summaries.length === 0 ? l10n.t('There are no conversations yet') : l10n.t('Search titles and texts, or choose a conversation');
    await this.show();
  }

  /** Shows what the words in the input leave of the list. */
  private async show(): Promise<void> {
    this.searching.abort();
    const searching = (this.searching = new AbortController());
    const query = this.pick.value.trim();
    if (query === '') {
      this.setItems(this.allItems());
    } else {
      await this.showFound(query, searching.signal);
      if (searching.signal.aborted) return;
    }
    this.pick.busy = false;
  }

  private async showFound(query: string, signal: AbortSignal): Promise<void> {
    this.pick.busy = true;
    const items: ConversationItem[] = [];
    let painted = Date.now();
    for await (const { summary, snippet } of this.deps.search.find(this.summaries, query, signal)) {
      // VS Code would show only what matches in its own way.
      items.push({ ...this.item(summary), ...(snippet === undefined ? {} : { detail: snippet }), alwaysShow: true });
      if (Date.now() - painted < REPAINT_MILLISECONDS) continue;
      this.setItems([...items]);
      painted = Date.now();
    }
    if (!signal.aborted) this.setItems(items);
  }

  /** The conversation that Enter would take stays the one. */
  private setItems(items: readonly ConversationItem[]): void {
    const active = this.pick.activeItems[0]?.summary?.id;
    this.pick.items = items;
    const same = items.find(({ summary }) => summary !== undefined && summary.id === active);
    if (same !== undefined) this.pick.activeItems = [same];
  }

  private allItems(): readonly ConversationItem[] {
    return grouped(this.summaries, Date.now()).flatMap(({ group, summaries }) => [
      { label: groupLabel(group), kind: QuickPickItemKind.Separator },
      ...summaries.map((summary) => this.item(summary)),
    ]);
  }

  private item(summary: ConversationSummary): ConversationItem {
    const { pin, unpin, rename, openInEditor, export: exporting, remove } = this.buttons;
    return {
      summary,
      label: summary.title,
      description: relativeTime(summary.updatedAt, Date.now(), this.deps.language),
      buttons: [summary.pinned ? unpin : pin, rename, openInEditor, exporting, remove],
    };
  }

  private follow(action: Promise<void>): void {
    action.catch((error: unknown) => {
      this.deps.log.error(`conversations: ${String(error)}`);
    });
  }
}

function groupLabel(group: ConversationGroup): string {
  switch (group) {
    case 'pinned':
      return l10n.t('Pinned');
    case 'today':
      return l10n.t('Today');
    case 'yesterday':
      return l10n.t('Yesterday');
    case 'earlier':
      return l10n.t('Earlier');
  }
}

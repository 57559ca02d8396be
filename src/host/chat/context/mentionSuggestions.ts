import type { WorkspaceFile } from '../../services/workspace/workspaceFiles';
import type { SuggestionView } from '../../../contract/webview/chatMessages';
import { RecentMap } from '../../../util/lruCache';
import type { Item } from './contextItems';

/** Something that can be attached. */
export interface Offer {
  readonly view: SuggestionView;
  /** What is attached when it is taken; nothing where there turns out to be nothing. */
  readonly items: () => Promise<readonly Item[]>;
}

export interface SymbolOffer extends WorkspaceFile {
  readonly name: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** Where the editor's things come from. None of these rejects. */
export interface SuggestionSources {
  /** What may follow `#`, in order: those that there is something of. */
  kinds(): readonly Offer[];
  /** Files by what was typed of their path, the best first; for nothing typed, those that are open. */
  files(typed: string): Promise<readonly WorkspaceFile[]>;
  symbols(typed: string): Promise<readonly SymbolOffer[]>;
}

/** Lines of the list; more than that nobody reads, they type on. */
const mostItems = 20;
/** Offers that can still be taken: those of the last few keys. */
const mostKept = 200;

/** What the list that `#` opens has to offer, and what becomes of a line that is taken. */
export class Suggestions {
  private readonly offers = new RecentMap<string, Offer>(mostKept);

  constructor(private readonly sources: SuggestionSources) {}

  /** @param query what was typed behind `#`: part of a kind or of a file's path, or a kind with a colon and what to search in it */
  async suggest(query: string): Promise<readonly SuggestionView[]> {
    const offers = (await this.find(query)).slice(0, mostItems);
    for (const offer of offers) this.offers.set(offer.view.id, offer);
    return offers.map(({ view }) => view);
  }

  /** What to attach for a line that was suggested. An id that was never given out is nothing. */
  async take(id: string): Promise<readonly Item[]> {
    return (await this.offers.get(id)?.items()) ?? [];
  }

  private async find(query: string): Promise<readonly Offer[]> {
    const [, kind, typed = ''] = /^(file|symbol):(.*)$/su.exec(query) ?? [];
    if (kind === 'file') return (await this.sources.files(typed)).map(fileOffer);
    if (kind === 'symbol') return (await this.sources.symbols(typed)).map(symbolOffer);
    const begun = query.toLowerCase();
    const kinds = this.sources.kinds().filter(({ view }) => view.label.slice(1).startsWith(begun));
    // A file can be had without saying that it is one.
    return query === '' ? kinds : [...kinds, ...(await this.sources.files(query)).map(fileOffer)];
  }
}

function fileOffer({ uri, path }: WorkspaceFile): Offer {
  const at = path.lastIndexOf('/') + 1;
  return {
    view: { id: `file ${uri}`, kind: 'file', label: path.slice(at), detail: path.slice(0, Math.max(0, at - 1)) },
    items: () => Promise.resolve([{ kind: 'file', uri }]),
  };
}

function symbolOffer({ uri, path, name, startLine, endLine }: SymbolOffer): Offer {
  return {
    view: { id: `symbol ${uri} ${String(startLine)} ${name}`, kind: 'symbol', label: name, detail: `${path}:${String(startLine)}` },
    items: () => Promise.resolve([{ kind: 'symbol', uri, name, startLine, endLine }]),
  };
}

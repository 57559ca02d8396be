/**
 * The contract between the session view in the host and its webview. Every word and number comes from the host, in the user's language and
 * ready to be shown; the webview says which button was pressed, and what it says is checked against a schema before use.
 */
import type { ActionView, EngineView } from './chatMessages';

/** A lane, or a parked one. */
export interface LaneLine {
  /** The same while it is the same lane, so that what is shown of it changes in place. */
  readonly id: string;
  readonly kind: 'chat' | 'ghost' | 'empty';
  /** What it is about: a conversation's title, a file's name. Text from outside: shown as text. */
  readonly label: string;
  /** What else there is to say of it: the file's folder, that it is in use. */
  readonly description: string;
  readonly amount: string;
  /** How full it is, 0 to 1; nothing where it has no bounds. */
  readonly fraction?: number;
}

export interface FactView {
  readonly label: string;
  readonly value: string;
}

/** Values as bars, the latest last. */
export interface ChartView {
  readonly title: string;
  /** The latest value. */
  readonly latest: string;
  readonly values: readonly number[];
  /** The picture in words, for those who do not see it. */
  readonly summary: string;
  /** The same values for those who read them one by one, the latest first. */
  readonly table: { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

/** A part of the view under a heading. */
export type SectionView = { readonly id: string; readonly title: string } & (
  | { readonly kind: 'lanes'; readonly lines: readonly LaneLine[]; readonly note: string }
  | { readonly kind: 'facts'; readonly facts: readonly FactView[]; readonly note: string }
  | { readonly kind: 'charts'; readonly charts: readonly ChartView[]; readonly note: string }
);

export interface SessionPage {
  readonly title: string;
  readonly engine: EngineView;
  /** Name of the progress bar while the model loads. */
  readonly loadingProgress: string;
  /** Nothing but what the engine's state needs while there is no session. */
  readonly sections: readonly SectionView[];
  /** The buttons below, and what they are called together. */
  readonly actions: readonly ActionView[];
  readonly actionsTitle: string;
}

export type SessionHostMessage =
  | { readonly type: 'page'; readonly page: SessionPage }
  /** What came of a button: shown beside the buttons and read out. Empty for nothing. */
  | { readonly type: 'notice'; readonly text: string };

export type SessionWebviewMessage =
  /** Loaded: the host answers with `page`. */
  { readonly type: 'ready' } | { readonly type: 'action'; readonly id: string };

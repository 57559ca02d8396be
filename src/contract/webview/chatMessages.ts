import type { ContextBlock } from '../context';
import type { Metrics } from '../metrics';
/**
 * The contract between the chat view in the host and its webview. The host owns the truth: the webview can be thrown away and rebuilt
 * from one {@link ViewState} at any time. Everything that comes from the webview is checked against a schema before use.
 */

/** A button the user is offered: what it is called and the id the host acts on. */
export interface ActionView {
  readonly id: string;
  readonly label: string;
}

export type AnswerState =
  /** Sent; the engine has not begun with it (worker starting, model loading, or another request before it). */
  | { readonly kind: 'waiting' }
  /** The prompt is being evaluated; tokens. */
  | { readonly kind: 'reading'; readonly done: number; readonly total: number }
  | { readonly kind: 'streaming' }
  | { readonly kind: 'done' }
  /** Ended by the user. */
  | { readonly kind: 'stopped' }
  /** Ended by an error; what had been written stays. */
  | { readonly kind: 'failed'; readonly message: string; readonly actions: readonly ActionView[] };

/** Something that was attached to a question, e.g. `src/a.ts:10-20`. */
export interface AttachmentView {
  readonly kind: ContextBlock['kind'];
  readonly label: string;
  /** Whether it is a place in a file, which can be opened. */
  readonly opens: boolean;
}

/** Something attached to the question that is being typed. */
export interface DraftAttachmentView extends AttachmentView {
  readonly id: string;
  /** Counted once it has been read and a model is loaded. */
  readonly tokens?: number;
  /** `tokens` is an estimate, as a server answers. */
  readonly isEstimate?: boolean;
  /** Why it cannot be read. A question with such an attachment is not sent. */
  readonly problem?: string;
}

/** How full the context would be with what has been typed. */
export interface GaugeView {
  /** Tokens of the prompt, as it would be sent now. */
  readonly usedTokens: number;
  readonly contextTokens: number;
  /** `usedTokens` is an estimate, as a server answers. */
  readonly isEstimate: boolean;
  /** Sentences: what will be left out or cut for it to fit. */
  readonly warnings: readonly string[];
}

/** A command that may stand at the beginning of a question, behind a slash. */
export interface SlashCommandView {
  readonly name: string;
  readonly description: string;
}

/** A line of the list that typing `#` opens. */
export interface SuggestionView {
  readonly id: string;
  readonly kind: ContextBlock['kind'];
  readonly label: string;
  readonly detail: string;
  /** Replaces what was typed behind `#`, and the typing goes on. Without it, the line is something to attach. */
  readonly insert?: string;
}

/** Which of the turns at one place in a conversation this is, from 1. */
export interface BranchView {
  readonly position: number;
  readonly count: number;
}

export interface TurnView {
  readonly id: string;
  readonly question: string;
  /** What the model was asked, where that is not {@link question}. */
  readonly words?: string;
  /** Other words for the question, begun and not sent. */
  readonly edit?: string;
  /** Absent where the question was asked once. */
  readonly branch?: BranchView;
  readonly attachments: readonly AttachmentView[];
  /** Markdown, from the model: hostile. */
  readonly answer: string;
  readonly state: AnswerState;
  readonly metrics?: Metrics;
  /** Sentences about the answer: what was cut, which turns were dropped, that it ended early. */
  readonly notes: readonly string[];
}

/** What can be done with a code block, beside copying it. */
export const codeActions = ['apply', 'insert', 'newFile'] as const;

export type CodeAction = (typeof codeActions)[number];

export interface EngineView {
  readonly kind: 'stopped' | 'starting' | 'loading' | 'ready' | 'restarting' | 'failed';
  /** One line for the view's footer: model and state. */
  readonly label: string;
  /** 0 to 1 while loading. */
  readonly fraction?: number;
  /** Shown as a banner when there is something the user should do. */
  readonly problem?: { readonly message: string; readonly actions: readonly ActionView[] };
}

export interface ViewState {
  readonly conversationId: string;
  readonly title: string;
  readonly turns: readonly TurnView[];
  readonly engine: EngineView;
  /** What the user has typed and not sent. */
  readonly draft: string;
  /** What is attached to it. */
  readonly attachments: readonly DraftAttachmentView[];
  /** Absent while nothing can be counted. */
  readonly gauge?: GaugeView;
  readonly commands: readonly SlashCommandView[];
}

export type HostMessage =
  | { readonly type: 'state'; readonly state: ViewState }
  | { readonly type: 'engine'; readonly engine: EngineView }
  | { readonly type: 'title'; readonly title: string }
  /** Replaces the turn with the same id, or is appended. */
  | { readonly type: 'turn'; readonly turn: TurnView }
  /** Appends to the answer of a streaming turn. `at` is the answer's length before it (UTF-16 units): a gap asks for `ready` again. */
  | { readonly type: 'delta'; readonly turnId: string; readonly at: number; readonly text: string }
  /** A question that could not be asked now: stands in the input again, before what has been typed since. */
  | { readonly type: 'returned'; readonly text: string }
  | { readonly type: 'attachments'; readonly attachments: readonly DraftAttachmentView[] }
  /** Without a gauge where nothing can be counted. */
  | { readonly type: 'gauge'; readonly gauge?: GaugeView }
  /** What was found for the `suggest` with this number. */
  | { readonly type: 'suggestions'; readonly request: number; readonly items: readonly SuggestionView[] }
  | { readonly type: 'focusInput' };

/** What the user does with attachments. */
export type ContextMessage =
  /** `query` is what was typed behind `#`. */
  | { readonly type: 'suggest'; readonly request: number; readonly query: string }
  /** A suggestion was taken. */
  | { readonly type: 'attach'; readonly suggestion: string }
  | { readonly type: 'detach'; readonly attachment: string }
  /** Files were dropped on the view, by their addresses. */
  | { readonly type: 'drop'; readonly uris: readonly string[] }
  | { readonly type: 'openAttachment'; readonly attachment: string };

export type WebviewMessage =
  | ContextMessage
  /** An attachment of a question that was sent, by its place in {@link TurnView.attachments}. */
  | { readonly type: 'openSource'; readonly turnId: string; readonly index: number }
  /** Loaded, or out of step: the host answers with `state`. */
  | { readonly type: 'ready' }
  | { readonly type: 'send'; readonly text: string }
  | { readonly type: 'stop' }
  | { readonly type: 'newChat' }
  | { readonly type: 'showConversations' }
  | { readonly type: 'draft'; readonly text: string }
  | { readonly type: 'copy'; readonly text: string }
  | { readonly type: 'openLink'; readonly href: string }
  /** A button of an {@link ActionView}: of the turn named, or of the banner. */
  | { readonly type: 'action'; readonly id: string; readonly turnId?: string }
  /** The question of a turn once more, for another answer; with `text`, in other words. */
  | { readonly type: 'askAgain'; readonly turnId: string; readonly text?: string }
  /** What stands in the editor of a question; without `text` it was closed. */
  | { readonly type: 'edit'; readonly turnId: string; readonly text?: string }
  /** Show the turn before this one or after it among those at the same place. */
  | { readonly type: 'sibling'; readonly turnId: string; readonly places: -1 | 1 }
  | { readonly type: 'copyAnswer'; readonly turnId: string }
  /** Do something with a code block of an answer: the one so many after the first. */
  | { readonly type: 'code'; readonly action: CodeAction; readonly turnId: string; readonly block: number };

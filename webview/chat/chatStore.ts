/** The webview's state: one value, changed by one pure function. */
import type { HostMessage, TurnView, ViewState } from '../../src/contract/webview/chatMessages';
import { completionFor, moved, triggerAt, withSuggestions, type Completion } from './composer/mentionCompletion';

export interface Model extends ViewState {
  /** Messages were lost; nothing more is appended until the host has sent its state anew. */
  readonly outOfStep: boolean;
  /** What is offered for what stands before the caret. */
  readonly completion: Completion | undefined;
  /** Where the mark stands whose list was closed: it stays closed while that is typed on. */
  readonly dismissed: number | undefined;
  /** Questions to the host for suggestions so far. */
  readonly requests: number;
}

export type LocalEvent =
  /** The user typed. */
  | { readonly type: 'draft'; readonly text: string }
  /** The draft was handed to the host. */
  | { readonly type: 'sent' }
  /** The caret is there in the draft; `undefined` where the input has no focus. */
  | { readonly type: 'caret'; readonly at: number | undefined }
  /** Another line of the list is active, so many further. */
  | { readonly type: 'choose'; readonly by: number }
  | { readonly type: 'dismiss' }
  /** What stands in the editor of a question; without `text` it was closed. */
  | { readonly type: 'edit'; readonly turnId: string; readonly text?: string };

/** The model after `event`; the same object where nothing changed. `undefined` until the host has sent its state. */
export function reduce(model: Model | undefined, event: HostMessage | LocalEvent): Model | undefined {
  if (event.type === 'state') return withState(model, event.state);
  if (model === undefined) return undefined;
  switch (event.type) {
    case 'engine':
      return { ...model, engine: event.engine };
    case 'title':
      return { ...model, title: event.title };
    case 'turn':
      return model.outOfStep ? model : { ...model, turns: withTurn(model.turns, withKeptEdit(model, event.turn)) };
    case 'delta':
      return model.outOfStep ? model : withDelta(model, event);
    case 'draft':
      return { ...model, draft: event.text };
    case 'sent':
      return { ...model, draft: '', completion: undefined, dismissed: undefined };
    case 'edit':
      return { ...model, turns: model.turns.map((turn) => (turn.id === event.turnId ? withEdit(turn, event.text) : turn)) };
    case 'caret':
      return withCaret(model, event.at);
    case 'choose':
      return model.completion === undefined ? model : { ...model, completion: moved(model.completion, event.by) };
    case 'dismiss':
      return model.completion === undefined ? model : { ...model, completion: undefined, dismissed: model.completion.start };
    case 'attachments':
      return { ...model, attachments: event.attachments };
    case 'gauge':
      return withGauge(model, event.gauge);
    case 'suggestions':
      return { ...model, completion: withSuggestions(model.completion, event.request, event.items) };
    case 'returned':
      // What was typed behind a mark stands elsewhere now.
      return { ...model, draft: model.draft === '' ? event.text : `${event.text}\n${model.draft}`, completion: undefined };
    case 'focusInput':
      return model;
  }
}

/** The turn whose answer is under way, if any. */
export function activeTurn(model: Model): TurnView | undefined {
  return model.turns.find(isActive);
}

/** Whether `turn` has an answer under way. */
export function isActive(turn: TurnView): boolean {
  return turn.state.kind === 'waiting' || turn.state.kind === 'reading' || turn.state.kind === 'streaming';
}

/** What is typed here is newer than what the host knows of it. */
function withState(model: Model | undefined, state: ViewState): Model {
  return {
    ...state,
    draft: model === undefined || model.draft === '' ? state.draft : model.draft,
    turns: state.turns.map((turn) => withKeptEdit(model, turn)),
    outOfStep: false,
    completion: model?.completion,
    dismissed: model?.dismissed,
    requests: model?.requests ?? 0,
  };
}

function withCaret(model: Model, at: number | undefined): Model {
  const trigger = at === undefined ? undefined : triggerAt(model.draft, at);
  const dismissed = trigger === undefined ? undefined : model.dismissed;
  const open = trigger?.start === dismissed ? undefined : trigger;
  const completion = completionFor(open, model.completion, model.commands, model.requests + 1);
  if (completion === model.completion && dismissed === model.dismissed) return model;
  return { ...model, completion, dismissed, requests: Math.max(model.requests, completion?.request ?? 0) };
}

function withGauge(model: Model, gauge: ViewState['gauge']): Model {
  const { gauge: before, ...rest } = model;
  if (gauge !== undefined) return { ...rest, gauge };
  return before === undefined ? model : rest;
}

function withKeptEdit(model: Model | undefined, turn: TurnView): TurnView {
  const known = model?.turns.find(({ id }) => id === turn.id);
  return known === undefined ? turn : withEdit(turn, known.edit);
}

function withEdit(turn: TurnView, edit: string | undefined): TurnView {
  if (turn.edit === edit) return turn;
  if (edit !== undefined) return { ...turn, edit };
  const closed: { -readonly [K in keyof TurnView]: TurnView[K] } = { ...turn };
  delete closed.edit;
  return closed;
}

function withTurn(turns: readonly TurnView[], turn: TurnView): readonly TurnView[] {
  const index = turns.findIndex(({ id }) => id === turn.id);
  return index < 0 ? [...turns, turn] : turns.with(index, turn);
}

function withDelta(model: Model, delta: Extract<HostMessage, { type: 'delta' }>): Model {
  const turn = model.turns.find(({ id }) => id === delta.turnId);
  if (turn?.answer.length !== delta.at) return { ...model, outOfStep: true };
  return { ...model, turns: withTurn(model.turns, { ...turn, answer: turn.answer + delta.text }) };
}

/** State of the chat's page: one value, changed by one pure function. */
import type { HostMessage, TurnView, ViewState } from '../../src/contract/webview/chatMessages';
import { completionFor, moveActiveLine, findTrigger, withSuggestions, type Completion } from './composer/mentionCompletion';

export interface Model extends ViewState {
  /** Messages were lost. Nothing is appended until the host has sent its state again. */
  readonly outOfStep: boolean;
  /** The open list of things to complete. */
  readonly completion: Completion | undefined;
  /** Offset of the mark whose list the user closed. The list stays closed while the user types on behind that mark. */
  readonly dismissed: number | undefined;
  /** Number of `suggest` requests so far. */
  readonly requests: number;
}

export type LocalEvent =
  | { readonly type: 'draft'; readonly text: string }
  | { readonly type: 'sent' }
  /** Offset of the caret in the draft, `undefined` while the input has no focus. */
  | { readonly type: 'caret'; readonly at: number | undefined }
  /** Moves the active line of the list down by `by` lines. */
  | { readonly type: 'choose'; readonly by: number }
  | { readonly type: 'dismiss' }
  /** Text of a question's editor. Without `text` the editor was closed. */
  | { readonly type: 'edit'; readonly turnId: string; readonly text?: string };

/** Returns the model after `event`, or the same object if nothing changed. It is `undefined` until the host has sent its state. */
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
      return model.completion === undefined ? model : { ...model, completion: moveActiveLine(model.completion, event.by) };
    case 'dismiss':
      return model.completion === undefined ? model : { ...model, completion: undefined, dismissed: model.completion.start };
    case 'attachments':
      return { ...model, attachments: event.attachments };
    case 'gauge':
      return withGauge(model, event.gauge);
    case 'suggestions':
      return { ...model, completion: withSuggestions(model.completion, event.request, event.items) };
    case 'returned':
      // The mark has another offset now.
      return { ...model, draft: model.draft === '' ? event.text : `${event.text}\n${model.draft}`, completion: undefined };
    case 'focusInput':
      return model;
  }
}

export function findActiveTurn(model: Model): TurnView | undefined {
  return model.turns.find(isActive);
}

/** Whether the answer of `turn` is under way. */
export function isActive(turn: TurnView): boolean {
  return turn.state.kind === 'waiting' || turn.state.kind === 'reading' || turn.state.kind === 'streaming';
}

/** Takes over the host's state, but keeps the draft and the edits of this page, which are newer. */
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
  const trigger = at === undefined ? undefined : findTrigger(model.draft, at);
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

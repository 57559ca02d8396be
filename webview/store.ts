/** The webview's state: one value, changed by one pure function. */
import type { HostMessage, TurnView, ViewState } from '../src/protocol/webview';

export interface Model extends ViewState {
  /** Messages were lost; nothing more is appended until the host has sent its state anew. */
  readonly outOfStep: boolean;
}

export type LocalEvent =
  /** The user typed. */
  | { readonly type: 'draft'; readonly text: string }
  /** The draft was handed to the host. */
  | { readonly type: 'sent' };

/** The model after `event`; the same object where nothing changed. `undefined` until the host has sent its state. */
export function reduce(model: Model | undefined, event: HostMessage | LocalEvent): Model | undefined {
  if (event.type === 'state') return { ...event.state, draft: keptDraft(model, event.state.draft), outOfStep: false };
  if (model === undefined) return undefined;
  switch (event.type) {
    case 'engine':
      return { ...model, engine: event.engine };
    case 'turn':
      return model.outOfStep ? model : { ...model, turns: withTurn(model.turns, event.turn) };
    case 'delta':
      return model.outOfStep ? model : withDelta(model, event);
    case 'draft':
      return { ...model, draft: event.text };
    case 'sent':
      return { ...model, draft: '' };
    case 'returned':
      return { ...model, draft: model.draft === '' ? event.text : `${event.text}\n${model.draft}` };
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

/** What is in the input is newer than what the host knows of it. */
function keptDraft(model: Model | undefined, fromHost: string): string {
  return model === undefined || model.draft === '' ? fromHost : model.draft;
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

import type { UserContent } from '../../../contract/context';
import type { ActionView, AnswerState, AttachmentView, BranchView, TurnView } from '../../../contract/webview/chatMessages';
import { labelOf, sourcesOf } from '../context/attachmentLabels';
import type { StoredTurn } from '../store/conversationRecords';
import type { ChatTexts } from '../service/chatTexts';

export interface TurnContext {
  /** Where the answer under way stands; `undefined` when this turn is not under way. */
  readonly live: AnswerState | undefined;
  /** Only the last turn offers actions: what helped an older one has been overtaken. */
  readonly last: boolean;
  readonly branch: BranchView;
}

/** `turn` as the webview shows it. */
export function turnView(turn: StoredTurn, context: TurnContext, texts: ChatTexts): TurnView {
  return {
    id: turn.id,
    question: turn.title ?? turn.user.text,
    attachments: attachmentsOf(turn.user, texts),
    answer: turn.answer,
    state: context.live ?? settledState(turn, context.last, texts),
    notes: texts.notes(turn),
    ...(turn.metrics === undefined ? {} : { metrics: turn.metrics }),
    // Of a command's question, the words the model was asked with: those can be edited.
    ...(turn.title === undefined ? {} : { words: turn.user.text }),
    ...(turn.edit === undefined ? {} : { edit: turn.edit }),
    ...(context.branch.count < 2 ? {} : { branch: context.branch }),
  };
}

function settledState(turn: StoredTurn, last: boolean, texts: ChatTexts): AnswerState {
  switch (turn.state) {
    case 'done':
      return { kind: 'done' };
    case 'stopped':
    case 'streaming':
      return { kind: 'stopped' };
    case 'failed':
      return failedState(turn, last, texts);
  }
}

function failedState(turn: StoredTurn, last: boolean, texts: ChatTexts): AnswerState {
  const problem = texts.problem(turn.error ?? { kind: 'internal', detail: '' });
  // Asking again starts an engine that is down, so a button that only restarts it would be one too many.
  const others = problem.actions.filter((action) => action.id !== 'retry' && action.id !== 'restartEngine');
  const retry: ActionView = { id: 'retry', label: texts.retry };
  const retryFirst = problem.actions[0]?.id === 'retry' || problem.actions[0]?.id === 'restartEngine';
  const actions = retryFirst ? [retry, ...others] : [...others, retry];
  return { kind: 'failed', message: problem.message, actions: last ? actions : [] };
}

/** What is attached to a question. */
function attachmentsOf(user: UserContent, texts: ChatTexts): readonly AttachmentView[] {
  return sourcesOf(user).map((source) => ({ kind: source.kind, label: labelOf(source, texts), opens: source.path !== undefined }));
}

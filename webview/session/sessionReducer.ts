/** The session view's state: one value, changed by one pure function. */
import type { SessionHostMessage, SessionPage } from '../../src/contract/webview/sessionMessages';

export interface SessionModel {
  readonly page: SessionPage;
  /** What came of the button pressed last; empty for nothing. */
  readonly notice: string;
}

/** A button was pressed. */
export interface SessionLocalEvent {
  readonly type: 'pressed';
}

/** The model after `event`; the same object where nothing changed. `undefined` until the host has sent its page. */
export function reduceSession(model: SessionModel | undefined, event: SessionHostMessage | SessionLocalEvent): SessionModel | undefined {
  switch (event.type) {
    case 'page':
      return { page: event.page, notice: model?.notice ?? '' };
    case 'notice':
      return model && withNotice(model, event.text);
    case 'pressed':
      return model && withNotice(model, '');
  }
}

function withNotice(model: SessionModel, notice: string): SessionModel {
  return notice === model.notice ? model : { ...model, notice };
}

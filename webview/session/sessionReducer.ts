/** State of the session page: one value, changed by one pure function. */
import type { SessionHostMessage, SessionPage } from '../../src/contract/webview/sessionMessages';

export interface SessionModel {
  readonly page: SessionPage;
  /** Result of the last button, or empty. */
  readonly notice: string;
}

export interface SessionLocalEvent {
  readonly type: 'pressed';
}

/** Returns the model after `event`, or the same object if nothing changed. It is `undefined` until the host has sent a page. */
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

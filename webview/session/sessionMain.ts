import type { SessionHostMessage, SessionWebviewMessage } from '../../src/contract/webview/sessionMessages';
import { connect } from '../shared/transport';
import { registerButton } from '../shared/widgets';
import { startSessionView } from './startSession';

registerButton();
const root = document.getElementById('app');
if (root !== null) startSessionView(root, connect<SessionHostMessage, SessionWebviewMessage>(), (paint) => requestAnimationFrame(paint));

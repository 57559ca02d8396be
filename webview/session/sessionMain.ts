import { provideVSCodeDesignSystem, vsCodeButton } from '@vscode/webview-ui-toolkit';
import type { SessionHostMessage, SessionWebviewMessage } from '../../src/contract/webview/sessionMessages';
import { connect } from '../shared/transport';
import { startSessionView } from './startSession';

provideVSCodeDesignSystem().register(vsCodeButton());
const root = document.getElementById('app');
if (root !== null) startSessionView(root, connect<SessionHostMessage, SessionWebviewMessage>(), (paint) => requestAnimationFrame(paint));

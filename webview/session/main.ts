import { provideVSCodeDesignSystem, vsCodeButton } from '@vscode/webview-ui-toolkit';
import type { SessionHostMessage, SessionWebviewMessage } from '../../src/protocol/sessionPage';
import { connect } from '../transport';
import { startSessionView } from './view';

provideVSCodeDesignSystem().register(vsCodeButton());
const root = document.getElementById('app');
if (root !== null) startSessionView(root, connect<SessionHostMessage, SessionWebviewMessage>(), (paint) => requestAnimationFrame(paint));

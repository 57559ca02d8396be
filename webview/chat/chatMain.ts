import { provideVSCodeDesignSystem, vsCodeButton, vsCodeProgressRing, vsCodeTextArea } from '@vscode/webview-ui-toolkit';
import { connect } from '../shared/transport';
import { startView } from './startChat';

provideVSCodeDesignSystem().register(vsCodeButton(), vsCodeTextArea(), vsCodeProgressRing());
const root = document.getElementById('app');
if (root !== null) startView(root, connect(root.dataset['view']), (paint) => requestAnimationFrame(paint));

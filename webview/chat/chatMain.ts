import { connect } from '../shared/transport';
import { registerAllWidgets } from '../shared/widgets';
import { startView } from './startChat';

registerAllWidgets();
const root = document.getElementById('app');
if (root !== null) startView(root, connect(root.dataset['view']), (paint) => requestAnimationFrame(paint));

import type { BenchmarkHostMessage, BenchmarkWebviewMessage } from '../../src/contract/webview/benchmarkMessages';
import { connect } from '../shared/transport';

const { post, listen } = connect<BenchmarkHostMessage, BenchmarkWebviewMessage>();

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-action]'))
  button.addEventListener('click', () => {
    post({ type: 'action', id: button.dataset['action'] ?? '' });
  });

listen(({ text }) => {
  const notice = document.getElementById('notice');
  if (notice !== null) notice.textContent = text;
});

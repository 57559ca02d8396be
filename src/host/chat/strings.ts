import { l10n } from 'vscode';
import type { WebviewStrings } from '../../protocol/webview';

/** The webview's strings in the language VS Code runs in. */
export function webviewStrings(): WebviewStrings {
  return {
    newChat: l10n.t('New chat'),
    conversations: l10n.t('Conversations'),
    send: l10n.t('Send'),
    stop: l10n.t('Stop'),
    placeholder: l10n.t('Ask about your code, # to attach'),
    emptyTitle: l10n.t('Ask Paddock'),
    emptyBody: l10n.t('A Llama model on this machine answers. What you ask stays here.'),
    emptyHintExplain: l10n.t('Select code and choose “Explain Selection” from its context menu.'),
    emptyHintGhost: l10n.t('Pause while typing and a suggestion appears at the cursor; Tab accepts it.'),
    you: l10n.t('You'),
    assistant: l10n.t('Paddock'),
    waiting: l10n.t('Waiting for the model…'),
    reading: l10n.t('Reading your question… {0} of {1} tokens'),
    streaming: l10n.t('Answering…'),
    stopped: l10n.t('Stopped.'),
    copyCode: l10n.t('Copy code'),
    copied: l10n.t('Copied'),
    metrics: l10n.t('{0} tokens/s · first token {1} s'),
    metricsDetail: l10n.t('{0} of {1} prompt tokens reused'),
    answerFinished: l10n.t('Paddock answered: {0}'),
    messages: l10n.t('Messages'),
    attachments: l10n.t('Attached'),
    scrollToEnd: l10n.t('Scroll to the end'),
    loadingProgress: l10n.t('Loading the model'),
    attachmentTokens: l10n.t('{0} tokens'),
    openAttachment: l10n.t('Open {0}'),
    removeAttachment: l10n.t('Remove {0}'),
    contextUsed: l10n.t('{0} of {1} tokens'),
    contextGauge: l10n.t('Context used'),
    suggestions: l10n.t('Things to attach'),
    suggestionCount: l10n.t('{0} suggestions'),
    noSuggestions: l10n.t('Nothing found'),
    slashCommands: l10n.t('Commands'),
    dropToAttach: l10n.t('Drop to attach'),
  };
}

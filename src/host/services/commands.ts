/** Ids of every command that package.json contributes; a test holds the two against each other. */
export const commandIds = {
  newChat: 'paddock.newChat',
  showConversations: 'paddock.showConversations',
  stopAnswer: 'paddock.stopAnswer',
  addFileToChat: 'paddock.addFileToChat',
  addSelectionToChat: 'paddock.addSelectionToChat',
  openChatInEditor: 'paddock.openChatInEditor',
  newChatInEditor: 'paddock.newChatInEditor',
  newChatInTab: 'paddock.newChatInTab',
  showConversationsInTab: 'paddock.showConversationsInTab',
  renameConversation: 'paddock.renameConversation',
  pinConversation: 'paddock.pinConversation',
  exportConversation: 'paddock.exportConversation',
  deleteConversation: 'paddock.deleteConversation',
  importConversations: 'paddock.importConversations',
  acceptChange: 'paddock.acceptChange',
  discardChange: 'paddock.discardChange',
  acceptHunk: 'paddock.acceptHunk',
  discardHunk: 'paddock.discardHunk',
  explainSelection: 'paddock.explainSelection',
  fixSelection: 'paddock.fixSelection',
  testSelection: 'paddock.testSelection',
  documentSelection: 'paddock.documentSelection',
  refactorSelection: 'paddock.refactorSelection',
  generateCommitMessage: 'paddock.generateCommitMessage',
  inlineEdit: 'paddock.inlineEdit',
  acceptEdit: 'paddock.acceptEdit',
  discardEdit: 'paddock.discardEdit',
  acceptEditHunk: 'paddock.acceptEditHunk',
  discardEditHunk: 'paddock.discardEditHunk',
  toggleGhostText: 'paddock.toggleGhostText',
  toggleGhostTextLanguage: 'paddock.toggleGhostTextLanguage',
  snoozeGhostText: 'paddock.snoozeGhostText',
  triggerGhostText: 'paddock.triggerGhostText',
  whyNoGhostText: 'paddock.whyNoGhostText',
  showGhostText: 'paddock.showGhostText',
  chooseModelFile: 'paddock.chooseModelFile',
  useEmbeddedModel: 'paddock.useEmbeddedModel',
  showDownloads: 'paddock.showDownloads',
  setHuggingFaceToken: 'paddock.setHuggingFaceToken',
  restartEngine: 'paddock.restartEngine',
  showLog: 'paddock.showLog',
  openWalkthrough: 'paddock.openWalkthrough',
  showMenu: 'paddock.showMenu',
  showSession: 'paddock.showSession',
} as const;

/** The views' ids in package.json. */
export const chatViewId = 'paddock.chat';
export const sessionViewId = 'paddock.session';

/** What VS Code knows chats in editor tabs by; package.json activates by it. */
export const chatTabType = 'paddock.chatTab';

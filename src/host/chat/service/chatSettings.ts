import { resolveSystemText } from '../../../prompt/chat/systemPrompt';
import type { Config } from '../../services/config';
import type { ChatSettings } from './chatService';

/** What the chat needs of the settings. */
export function chatSettings(config: Config): ChatSettings {
  return {
    system: resolveSystemText(config['chat.systemPrompt'], config['chat.ownSystemPrompt']),
    temperature: config['chat.temperature'],
    maxTokens: config['chat.maxTokens'],
  };
}

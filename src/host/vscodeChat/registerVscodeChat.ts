import { Disposable, Uri, chat, lm, type ChatResult } from 'vscode';
import type { Event } from '../../util/event';
import type { LanguageModel } from '../llm/languageModel';
import type { Log } from '../services/log';
import { AnswerMemory } from './answerMemory';
import type { ConfiguredModel } from './modelInfo';
import { ModelList } from './vscodeModelList';
import { followupsOf, Participant } from './participant';
import { ChatModelProvider } from './chatModelProvider';
import type { AnswerSettings } from './answerSettings';

/** As package.json has them; a test holds them against it. */
export const modelVendor = 'paddock';
export const participantId = 'paddock.participant';

export interface VscodeChatDeps {
  readonly extensionUri: Uri;
  readonly engine: LanguageModel;
  /** The model that the settings name. */
  readonly model: () => ConfiguredModel;
  readonly settings: () => AnswerSettings;
  readonly onDidChangeSettings: Event<unknown>;
  readonly newSeed: () => number;
  readonly log: Log;
}

/** A participant is no instance of VS Code's class. */
type Registered = Pick<Disposable, 'dispose'>;

/**
 * Paddock in VS Code's own chat: its model for that and for other extensions, and `@paddock`. A VS Code that has no chat, or has it switched
 * off, may lack these interfaces or throw in them; Paddock then does without.
 */
export function registerVscodeChat(deps: VscodeChatDeps): Disposable {
  const answers = new AnswerMemory();
  const models = new ModelList(deps);
  const registered = [
    attempt('the language model', deps.log, () =>
      lm.registerLanguageModelChatProvider(modelVendor, new ChatModelProvider({ ...deps, models, answers })),
    ),
    attempt('@paddock', deps.log, () => createParticipant(deps, new Participant({ ...deps, answers }))),
  ];
  models.announce();
  return Disposable.from(models, ...registered.flat());
}

function createParticipant({ extensionUri }: VscodeChatDeps, participant: Participant): Registered {
  const created = chat.createChatParticipant(participantId, (request, context, stream, token) =>
    participant.answer(request, context, stream, token),
  );
  created.iconPath = Uri.joinPath(extensionUri, 'media', 'icon.png');
  created.followupProvider = { provideFollowups: (result: ChatResult) => followupsOf(result) };
  return created;
}

/** What was registered; nothing where VS Code cannot. */
function attempt(what: string, log: Log, register: () => Registered): readonly Registered[] {
  try {
    return [register()];
  } catch (error) {
    log.warn(`${what} is not in VS Code’s own chat: ${String(error)}`);
    return [];
  }
}

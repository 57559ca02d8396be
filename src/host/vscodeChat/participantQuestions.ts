import { explainQuestion, type AnswerLocale } from '../../prompt/explain';
import type { Attachment } from './attachments';

/** The participant's slash commands, as package.json has them. */
export const participantCommands = ['explain'] as const;

export type ParticipantCommand = (typeof participantCommands)[number];

export function isParticipantCommand(name: string | undefined): name is ParticipantCommand {
  return (participantCommands as readonly (string | undefined)[]).includes(name);
}

interface CodeQuestion {
  /** VS Code language id of the code; empty where there is none. */
  readonly language: string;
  readonly locale: AnswerLocale;
}

const questions: Readonly<Record<ParticipantCommand, (input: CodeQuestion) => string>> = { explain: explainQuestion };

/** A command's words for the model, with the user's own behind. Commands are about code: `attachments` has it. */
export function commandQuestion(
  command: ParticipantCommand,
  words: string,
  attachments: readonly Attachment[],
  locale: AnswerLocale,
): string {
  const language = attachments.find((attachment) => attachment.kind === 'document')?.file.language ?? '';
  return [questions[command]({ language, locale }), words].filter((part) => part.trim() !== '').join('\n\n');
}

import { codeTasks, taskQuestion, type CodeTask } from '../../prompt/tasks/codeTasks';
import { answerLocale } from '../services/locale';
import { reportedProblems } from '../services/documents/diagnostics';
import type { AttachedDocument } from './chatReferences';

/** The participant's slash commands, as package.json has them. */
export const participantCommands = codeTasks;

export function isParticipantCommand(name: string | undefined): name is CodeTask {
  return (participantCommands as readonly (string | undefined)[]).includes(name);
}

/** A command's words for the model, with the user's own. Commands are about code: that in the first document, if there is one. */
export function commandQuestion(task: CodeTask, words: string, about: AttachedDocument | undefined): string {
  return taskQuestion(task, {
    language: about?.document.languageId ?? '',
    locale: answerLocale(),
    words,
    problems: task === 'fix' && about !== undefined ? reportedProblems(about.document, about.range, about.range) : [],
  });
}

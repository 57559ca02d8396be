import { LanguageModelError, l10n } from 'vscode';
import type { EngineErrorData } from '../../contract/engineErrors';
import { describeProblem } from '../ui/errorMessages';
import type { MessageProblem } from './mapMessages';

/** An engine's problem as VS Code and other extensions know errors: with the sentence that Paddock has for it everywhere. */
export function engineRefusal(error: EngineErrorData): LanguageModelError {
  const { message } = describeProblem(error);
  return error.kind === 'modelNotFound' ? LanguageModelError.NotFound(message) : new LanguageModelError(message);
}

export function messageRefusal(problem: MessageProblem): LanguageModelError {
  return new LanguageModelError(sentenceOf(problem));
}

export function optionRefusal(option: string): LanguageModelError {
  return new LanguageModelError(
    l10n.t('The model option “{0}” has a value that cannot be used. Leave it out, or give a number in its usual range.', option),
  );
}

export function toolRefusal(): LanguageModelError {
  return new LanguageModelError(l10n.t('Paddock’s models cannot call tools. Ask without requiring one, or choose another model.'));
}

export function goneRefusal(name: string): LanguageModelError {
  return LanguageModelError.NotFound(l10n.t('The model {0} is no longer the one that Paddock runs. Choose the model again.', name));
}

function sentenceOf(problem: MessageProblem): string {
  switch (problem) {
    case 'image':
      return l10n.t('Paddock’s models cannot see images. Remove the image, or choose another model.');
    case 'noQuestion':
      return l10n.t('There is no text to answer. Write a question.');
    case 'answerLast':
      return l10n.t('The last message is the assistant’s, so there is nothing to answer. End with a message of the user’s.');
  }
}

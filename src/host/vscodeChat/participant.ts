import type { ChatTurn } from '../../contract/chat';
import type { UserContent } from '../../contract/context';
import {
  ChatResponseMarkdownPart,
  l10n,
  type CancellationToken,
  type ChatContext,
  type ChatFollowup,
  type ChatRequest,
  type ChatRequestTurn,
  type ChatResponseStream,
  type ChatResponseTurn,
  type ChatResult,
} from 'vscode';
import { RecentMap } from '../../util/lruCache';
import { sliceFromStart } from '../../util/text/wholeCharacters';
import type { EngineErrorData } from '../../contract/engineErrors';
import { codeTasks, taskQuestion, type CodeTask } from '../../prompt/tasks/codeTasks';
import { servingModel, type LanguageModel, taskSubjects } from '../llm/languageModel';
import { commandOf, describeProblem } from '../ui/errorMessages';
import { reportedProblems } from '../services/documents/diagnostics';
import { answerLocale } from '../services/locale';
import type { Log } from '../services/log';
import type { AnswerMemory } from './answerMemory';
import { answerNotes } from './answerNotes';
import { readRecord, recordOf } from './answerRecord';
import { userContent, withoutMarks } from './participantAttachments';
import { lookedAt, readReferences, type AttachedDocument, type ReadReferences } from './chatReferences';
import { defaultOptions, type AnswerSettings } from './answerSettings';

export interface ParticipantDeps {
  readonly engine: LanguageModel;
  readonly answers: AnswerMemory;
  readonly settings: () => AnswerSettings;
  readonly newSeed: () => number;
  readonly log: Log;
}

/** What is asked, as VS Code has it before and after. */
type Asked = Pick<ChatRequest, 'prompt' | 'references'> & { readonly command?: string | undefined };

/** What a question comes to, and what of it was attached. */
interface Question extends Omit<ReadReferences, 'attachments'> {
  readonly user: UserContent;
}

/** Most characters of questions held, files included. */
const MOST_CHARACTERS = 4_000_000;

/** `@paddock` in VS Code's chat. Answers with Paddock's own model, whichever is chosen there. */
export class Participant {
  /**
   * What was asked lately, by how VS Code knows it. A file that is attached may have changed since; the model answered about what it was, and
   * that is what its lane holds.
   */
  private readonly questions = new RecentMap<string, UserContent>(MOST_CHARACTERS, sizeOf);

  constructor(private readonly deps: ParticipantDeps) {}

  /** Answers a request. Never rejects. */
  async answer(
    request: ChatRequest,
    context: Pick<ChatContext, 'history'>,
    stream: ChatResponseStream,
    token: CancellationToken,
  ): Promise<ChatResult> {
    const { engine, answers, newSeed, settings, log } = this.deps;
    const question = await this.questionOf(request);
    if (question.user.text.trim() === '') return { errorDetails: { message: l10n.t('There is no text to answer. Write a question.') } };
    show(question, stream);
    if (servingModel(engine.state) === undefined) stream.progress(l10n.t('Loading the model…'));
    const { system, ...rest } = settings();
    const history = await this.historyOf(context);
    const outcome = await engine.chat(
      { system, history, user: question.user, ...defaultOptions({ system, ...rest }, newSeed()), subject: taskSubjects.vscodeChat },
      (event) => {
        if (event.kind === 'text' && !token.isCancellationRequested) stream.markdown(event.text);
      },
      token,
    );
    if (outcome.kind === 'failed') {
      log.error(`@paddock: no answer: ${outcome.error.kind}`);
      return failed(outcome.error, stream);
    }
    const { value } = outcome;
    const notes = answerNotes(value);
    // A cancelled answer's stream may be closed already.
    if (notes !== '' && value.stop !== 'cancelled') stream.markdown(notes);
    answers.remember(value);
    this.questions.set(keyOf(request, value.text), question.user);
    log.info(`@paddock: answer ${value.stop}; of ${value.metrics.promptTokens} prompt tokens ${value.metrics.evaluatedTokens} evaluated`);
    return { metadata: recordOf(value, servingModel(engine.state)?.name ?? '', request.command) };
  }

  private async questionOf({ prompt, command, references }: Asked): Promise<Question> {
    const { attachments, documents, unread } = await readReferences(references);
    const words = withoutMarks(prompt, references);
    if (!isParticipantCommand(command)) return { user: userContent(words, attachments), documents, unread };
    const looked = documents.length > 0 ? undefined : await lookedAt();
    const about = looked ? [looked] : documents;
    const all = looked ? [looked.attachment, ...attachments] : attachments;
    return { user: userContent(commandQuestion(command, words, about[0]), all), documents: about, unread };
  }

  /** The turns so far that were answered. VS Code gives those with this participant alone. */
  private async historyOf({ history }: Pick<ChatContext, 'history'>): Promise<ChatTurn[]> {
    const turns: ChatTurn[] = [];
    for (const [index, response] of history.entries()) {
      const request = history[index - 1];
      if (!isResponse(response) || request === undefined || isResponse(request)) continue;
      const shown = textOf(response);
      const text = sliceFromStart(shown, readRecord(response.result.metadata)?.answerLength ?? shown.length);
      if (text === '') continue;
      const user = this.questions.get(keyOf(request, text)) ?? (await this.questionOf(request)).user;
      turns.push({ user, answer: this.deps.answers.answer(text) });
    }
    return turns;
  }
}

/** What may be asked next. */
export function followupsOf({ metadata }: ChatResult): ChatFollowup[] {
  const record = readRecord(metadata);
  if (record === undefined) return [];
  if (record.stop === 'maxTokens') return [{ prompt: l10n.t('Go on.'), label: l10n.t('Go on') }];
  return record.command === 'explain' && record.stop === 'end'
    ? [{ prompt: l10n.t('What could go wrong in this code?') }, { prompt: l10n.t('How could this code be simpler?') }]
    : [];
}

/** Tells what goes along with the question, and what does not. */
function show({ documents, unread }: Question, stream: ChatResponseStream): void {
  for (const { place } of documents) stream.reference(place);
  if (unread.length > 0) stream.progress(l10n.t('Not attached, as it cannot be read as text: {0}', unread.join(', ')));
}

/** An error in VS Code's chat: the sentence, with the buttons that help. Asking again is VS Code's own. */
function failed(error: EngineErrorData, stream: ChatResponseStream): ChatResult {
  const { message, actions } = describeProblem(error);
  for (const { id, label } of actions) {
    if (id === 'retry') continue;
    const { command, args } = commandOf(id);
    stream.button({ command, title: label, arguments: [...args] });
  }
  return { errorDetails: { message } };
}

function isResponse(turn: ChatRequestTurn | ChatResponseTurn): turn is ChatResponseTurn {
  return 'response' in turn;
}

function textOf({ response }: ChatResponseTurn): string {
  return response.map((part) => (part instanceof ChatResponseMarkdownPart ? part.value.value : '')).join('');
}

function keyOf({ prompt, command = '' }: Asked, answer: string): string {
  return JSON.stringify([command, prompt, answer]);
}

function sizeOf({ text, file, selection, context = [] }: UserContent): number {
  const blocks = [file, selection, ...context];
  return blocks.reduce((sum, block) => sum + (block?.text.length ?? 0), text.length);
}

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

/** Says what lanes are about. */
import { posix } from 'node:path';
import { l10n } from 'vscode';
import type { LaneView } from '../../contract/sessionFacts';
import type { Event } from '../../util/event';
import { isTaskSubject, taskSubjects, type TaskSubject } from '../llm/languageModel';

/** What the tokens of a lane or of a KV snapshot are for, and about. */
export type LaneContent = Pick<LaneView, 'role' | 'subject'>;

export interface LaneLabel {
  readonly label: string;
  readonly description: string;
}

/** What conversations are called. */
export interface Titles {
  /** A conversation's title by its id: empty before its first question, `undefined` where there is none. */
  readonly of: (subject: string) => Promise<string | undefined>;
  /** Some conversation is called something else. */
  readonly onDidChange: Event<unknown>;
}

/** Names lanes for people: a chat's by its conversation's title, ghost text's by its file. */
export class Labels {
  private readonly titles = new Map<string, string>();

  constructor(private readonly titleOf: Titles['of']) {}

  /** Asks for the titles of conversations that have none here yet. */
  async learn(contents: readonly LaneContent[]): Promise<void> {
    const subjects = new Set(contents.flatMap(({ role, subject }) => (role === 'chat' && subject !== undefined ? [subject] : [])));
    for (const subject of subjects) {
      if (this.titles.has(subject) || isTaskSubject(subject)) continue;
      const title = await this.titleOf(subject);
      // One without a question may get one at any time.
      if (title !== undefined && title !== '') this.titles.set(subject, title);
    }
  }

  /** Forgets the titles: they may be others when they are wanted again. */
  forget(): void {
    this.titles.clear();
  }

  of({ role, subject }: LaneContent): LaneLabel {
    if (role === 'chat') return { label: this.chat(subject), description: l10n.t('chat') };
    const what = l10n.t('ghost text');
    if (subject === undefined) return { label: l10n.t('Another request'), description: what };
    const folder = posix.dirname(subject);
    return { label: posix.basename(subject), description: folder === '.' ? what : `${what} · ${folder}` };
  }

  private chat(subject: string | undefined): string {
    if (subject === undefined) return l10n.t('Another request');
    if (isTaskSubject(subject)) return taskLabel(subject);
    return this.titles.get(subject) ?? l10n.t('A conversation without a title');
  }
}

function taskLabel(subject: TaskSubject): string {
  switch (subject) {
    case taskSubjects.edit:
      return l10n.t('Edits in place');
    case taskSubjects.commitMessage:
      return l10n.t('Commit messages');
    case taskSubjects.vscodeChat:
      return l10n.t('VS Code’s own chat');
  }
}

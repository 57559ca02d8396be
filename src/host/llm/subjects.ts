/** What a chat request is about that belongs to no conversation: stands in place of a conversation's id. */
export const taskSubjects = { edit: 'task:edit', commitMessage: 'task:commitMessage', vscodeChat: 'task:vscodeChat' } as const;

export type TaskSubject = (typeof taskSubjects)[keyof typeof taskSubjects];

export function isTaskSubject(subject: string): subject is TaskSubject {
  return Object.values<string>(taskSubjects).includes(subject);
}

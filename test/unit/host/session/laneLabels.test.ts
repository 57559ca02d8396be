import { describe, expect, it } from 'vitest';
import { taskSubjects } from '../../../../src/host/llm/languageModel';
import { Labels } from '../../../../src/host/session/laneLabels';

describe('Labels', () => {
  it('name a lane after its conversation, task or file', async () => {
    const asked: string[] = [];
    const labels = new Labels((id) => {
      asked.push(id);
      return Promise.resolve(id === 'c1' ? 'Why?' : undefined);
    });
    const chats = ['c1', 'c2', ...Object.values(taskSubjects)].map((subject) => ({ role: 'chat' as const, subject }));
    await labels.learn(chats);
    expect(asked).toEqual(['c1', 'c2']);
    const names = [...chats, { role: 'chat' as const }].map((content) => labels.of(content).label);
    expect(names).toEqual([
      'Why?',
      'A conversation without a title',
      'Edits in place',
      'Commit messages',
      'VS Code’s own chat',
      'Another request',
    ]);
    expect(labels.of({ role: 'completion', subject: 'src/a.ts' })).toEqual({ label: 'a.ts', description: 'ghost text · src' });
  });

  it('use the new title after the old ones were forgotten', async () => {
    let title = 'Before';
    const labels = new Labels(() => Promise.resolve(title));
    const lane = { role: 'chat' as const, subject: 'c1' };
    await labels.learn([lane]);
    title = 'After';
    await labels.learn([lane]);
    expect(labels.of(lane).label).toBe('Before');
    labels.forget();
    await labels.learn([lane]);
    expect(labels.of(lane).label).toBe('After');
  });
});

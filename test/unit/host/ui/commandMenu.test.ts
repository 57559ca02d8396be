import { beforeEach, describe, expect, it, vi } from 'vitest';
import { showCommandMenu } from '../../../../src/host/ui/commandMenu';

const vscode = vi.hoisted(() => ({
  l10n: { t: (text: string) => text },
  window: { showQuickPick: vi.fn() },
  commands: { executeCommand: vi.fn() },
}));

vi.mock('vscode', () => vscode);

describe('showCommandMenu', () => {
  const items = [{ label: 'Run', command: 'paddock.run', args: [1, 'a'] }, { label: 'Bare', command: 'paddock.bare' }, { label: 'Fact' }];

  beforeEach(() => {
    vi.resetAllMocks();
  });

  async function choose(label: string | undefined): Promise<readonly unknown[][]> {
    vscode.window.showQuickPick.mockResolvedValue(items.find((item) => item.label === label));
    await showCommandMenu('Menu', items);
    return vscode.commands.executeCommand.mock.calls;
  }

  it('runs the command that is chosen, with its arguments', async () => {
    expect(await choose('Run')).toEqual([['paddock.run', 1, 'a']]);
    expect(vscode.window.showQuickPick).toHaveBeenCalledWith(items, { title: 'Menu', placeHolder: 'What would you like to do?' });
  });

  it('runs a command without arguments', async () => {
    expect(await choose('Bare')).toEqual([['paddock.bare']]);
  });

  it.each(['Fact', undefined])('runs nothing for %s', async (label) => {
    expect(await choose(label)).toEqual([]);
  });
});

import * as vscode from 'vscode';
import { Emitter, type Disposable } from '../../util/event';
import { changedKeys, readConfig, type Config, type ConfigKey } from './config';

export const configSection = 'paddock';

/** The settings as they are, and word of what changed. */
export class ConfigService implements Disposable {
  private snapshot = take();
  private readonly emitter = new Emitter<{ readonly config: Config; readonly keys: readonly ConfigKey[] }>();
  private readonly subscription = vscode.workspace.onDidChangeConfiguration((event) => {
    if (!event.affectsConfiguration(configSection)) return;
    const before = this.snapshot;
    this.snapshot = take();
    const keys = changedKeys(before, this.snapshot);
    if (keys.length > 0) this.emitter.fire({ config: this.snapshot, keys });
  });

  readonly onDidChange = this.emitter.event;

  get current(): Config {
    return this.snapshot;
  }

  /** Writes a setting where it already has a value of the user's, else to the user's settings. */
  async update<K extends ConfigKey>(key: K, value: Config[K]): Promise<void> {
    const section = vscode.workspace.getConfiguration(configSection);
    const inWorkspace = section.inspect(key)?.workspaceValue !== undefined;
    await section.update(key, value, inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global);
  }

  dispose(): void {
    this.subscription.dispose();
    this.emitter.dispose();
  }
}

function take(): Config {
  const section = vscode.workspace.getConfiguration(configSection);
  return readConfig((key) => section.get(key));
}

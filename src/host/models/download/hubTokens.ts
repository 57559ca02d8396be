import * as vscode from 'vscode';

/** Access tokens for hubs, one for each: the one for the public hub is never told to a mirror. */
export class HubTokens {
  constructor(private readonly secrets: vscode.SecretStorage) {}

  async get(origin: string): Promise<string | undefined> {
    const token = await this.secrets.get(keyOf(origin));
    return token === '' ? undefined : token;
  }

  /** Asks the user for the one for `origin`; nothing typed removes it. @returns whether there is one now */
  async ask(origin: string): Promise<boolean> {
    const typed = await vscode.window.showInputBox({
      title: vscode.l10n.t('Access token for {0}', new URL(origin).host),
      prompt: vscode.l10n.t(
        'It is kept in the system’s secret store and told to {0} alone. Leave it empty to remove it.',
        new URL(origin).host,
      ),
      password: true,
      ignoreFocusOut: true,
      // What ends up in a header has to be one word.
      validateInput: (text) =>
        /\s/.test(text.trim()) || /[^\x21-\x7e]/.test(text.trim())
          ? vscode.l10n.t('A token has no spaces or other special characters.')
          : undefined,
    });
    if (typed === undefined) return (await this.get(origin)) !== undefined;
    const token = typed.trim();
    await (token === '' ? this.secrets.delete(keyOf(origin)) : this.secrets.store(keyOf(origin), token));
    return token !== '';
  }
}

function keyOf(origin: string): string {
  return `hubToken:${origin}`;
}

import * as v from 'valibot';
import { env, l10n, Uri, window } from 'vscode';
import type { Memento } from '../../services/memento';
import type { Licence } from './catalogue';

const memoryKey = 'paddock.acceptedLicences';

/** The licences that were accepted on this machine, by their addresses: another text is another licence. */
export class Licences {
  constructor(private readonly memory: Memento) {}

  isAccepted({ mustBeAccepted, url }: Licence): boolean {
    return !mustBeAccepted || this.accepted.includes(url);
  }

  /** Shows a licence that has to be accepted, unless it was. @returns whether it is accepted now */
  async ask(licence: Licence, modelName: string): Promise<boolean> {
    if (this.isAccepted(licence)) return true;
    const accept = l10n.t('Accept and Download');
    const read = l10n.t('Read the Licence');
    const question = l10n.t('To download {0}, you have to accept its licence, the {1}.', modelName, licence.name);
    for (;;) {
      const detail = [licence.notice ?? '', licence.url].filter((part) => part !== '').join('\n\n');
      const picked = await window.showInformationMessage(question, { modal: true, detail }, accept, read);
      if (picked === accept) {
        await this.memory.update(memoryKey, [...this.accepted, licence.url]);
        return true;
      }
      if (picked !== read) return false;
      await env.openExternal(Uri.parse(licence.url));
    }
  }

  private get accepted(): readonly string[] {
    const { success, output } = v.safeParse(v.array(v.string()), this.memory.get(memoryKey));
    return success ? output : [];
  }
}

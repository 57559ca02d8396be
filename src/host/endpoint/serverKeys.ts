import type { SecretStorage } from 'vscode';

/** Keys of servers, each for the one it was given for: a key does not follow a change of address. */
export class EndpointKeys {
  constructor(private readonly secrets: Pick<SecretStorage, 'get' | 'store' | 'delete'>) {}

  async get(url: URL): Promise<string | undefined> {
    return this.secrets.get(nameOf(url));
  }

  /** Empty for none. */
  async set(url: URL, key: string): Promise<void> {
    if (key === '') await this.secrets.delete(nameOf(url));
    else await this.secrets.store(nameOf(url), key);
  }
}

function nameOf({ origin }: URL): string {
  return `paddock.endpointKey ${origin}`;
}

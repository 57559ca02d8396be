import { beforeEach, describe, expect, it, vi } from 'vitest';
import { catalogue } from '../../../../../src/host/models/picker/catalogue';
import { clearScene, scene } from '../../../../fixtures/vscode/fakeVscode';

const opened = vi.hoisted((): string[] => []);
vi.mock('vscode', async () => {
  const { fakeVscode, Uri } = await import('../../../../fixtures/vscode/fakeVscode');
  const env = {
    ...fakeVscode.env,
    openExternal: (uri: InstanceType<typeof Uri>) => {
      opened.push(uri.path);
      return Promise.resolve(true);
    },
  };
  // The fake's messages take only labels behind the text.
  const showInformationMessage = (message: string, _: unknown, ...labels: readonly string[]) =>
    fakeVscode.window.showInformationMessage(message, ...labels);
  return { ...fakeVscode, env, Uri: { parse: (text: string) => new Uri(text) }, window: { ...fakeVscode.window, showInformationMessage } };
});
const { Licences } = await import('../../../../../src/host/models/picker/licences');

const { licences } = catalogue();
const llama2 = licences['llama2'];
const apache = licences['apache2'];
if (!llama2 || !apache) throw new Error('the catalogue lacks a licence');

class FakeMemory {
  readonly kept = new Map<string, unknown>();

  get(key: string): unknown {
    return this.kept.get(key);
  }

  update(key: string, value: unknown): Promise<void> {
    this.kept.set(key, value);
    return Promise.resolve();
  }
}

describe('accepting a licence', () => {
  beforeEach(() => {
    clearScene();
    opened.length = 0;
  });

  it('asks nothing for a licence that need not be accepted', async () => {
    expect(await new Licences(new FakeMemory()).ask(apache, 'A')).toBe(true);
    expect(scene.messages).toEqual([]);
  });

  it('asks once, and remembers', async () => {
    const memory = new FakeMemory();
    scene.choose = ([accept]) => accept;
    expect(await new Licences(memory).ask(llama2, 'Llama 2 7B')).toBe(true);
    expect(await new Licences(memory).ask(llama2, 'Llama 2 13B')).toBe(true);
    expect(scene.messages).toEqual(['To download Llama 2 7B, you have to accept its licence, the Llama 2 Community License.']);
  });

  it('does not remember a no, nor take reading for a yes', async () => {
    const memory = new FakeMemory();
    expect(await new Licences(memory).ask(llama2, 'Llama 2 7B')).toBe(false);
    const answers = [1, 2];
    scene.choose = (labels) => labels[answers.shift() ?? 0];
    expect(await new Licences(memory).ask(llama2, 'Llama 2 7B')).toBe(false);
    expect(opened).toEqual([llama2.url]);
    expect(new Licences(memory).isAccepted(llama2)).toBe(false);
  });

  it('asks again where what is remembered is nonsense', () => {
    const memory = new FakeMemory();
    memory.kept.set('paddock.acceptedLicences', 'all');
    expect(new Licences(memory).isAccepted(llama2)).toBe(false);
  });
});

import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../../../src/host/models/picker/catalogue';
import { Licences } from '../../../../../src/host/models/picker/licences';
import { openedAddresses } from '../../../../fixtures/vscode/fakeEnvironment';
import { answerBy, shown } from '../../../../fixtures/vscode/fakeWindow';
import { FakeMemory } from '../../chat/chatFakes';

const { licences } = catalogue();
const llama2 = licences['llama2'];
const apache = licences['apache2'];
if (!llama2 || !apache) throw new Error('the catalogue lacks a licence');

describe('Licences', () => {
  it('asks nothing for a licence that needs no acceptance', async () => {
    expect(await new Licences(new FakeMemory()).ask(apache, 'A')).toBe(true);
    expect(shown.messages).toEqual([]);
  });

  it('asks once for a licence and remembers the acceptance', async () => {
    const memory = new FakeMemory();
    answerBy(([accept]) => accept);
    expect(await new Licences(memory).ask(llama2, 'Llama 2 7B')).toBe(true);
    expect(await new Licences(memory).ask(llama2, 'Llama 2 13B')).toBe(true);
    expect(shown.messages).toEqual(['To download Llama 2 7B, you have to accept its licence, the Llama 2 Community License.']);
  });

  it('does not store a refusal, and reading a licence does not accept it', async () => {
    const memory = new FakeMemory();
    expect(await new Licences(memory).ask(llama2, 'Llama 2 7B')).toBe(false);
    const answers = [1, 2];
    answerBy((labels) => labels[answers.shift() ?? 0]);
    expect(await new Licences(memory).ask(llama2, 'Llama 2 7B')).toBe(false);
    expect(openedAddresses).toEqual([llama2.url]);
    expect(new Licences(memory).isAccepted(llama2)).toBe(false);
  });

  it('treats an invalid stored value as not accepted', () => {
    const memory = new FakeMemory();
    memory.values.set('paddock.acceptedLicences', 'all');
    expect(new Licences(memory).isAccepted(llama2)).toBe(false);
  });
});

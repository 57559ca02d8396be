import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../../../src/host/models/picker/catalogue';
import { detailLine, fitLine, quantisationLine } from '../../../../../src/host/models/picker/modelChoiceMessages';
import type { Choice } from '../../../../../src/host/models/picker/modelChoices';
import type { Fit } from '../../../../../src/host/models/picker/modelFit';

const usable: Fit = {
  verdict: 'usable',
  tokensPerSecond: 5.2,
  neededBytes: 4.84e9,
  availableBytes: 15.2e9,
  contextTokens: 4096,
  gpuLayers: 0,
};

const { models, licences } = catalogue();
const llama = models.find(({ id }) => id === 'llama-2-7b-chat');
if (!llama) throw new Error('Llama 2 7B Chat is not in the catalogue');
const licence = licences[llama.licence];

const choice: Choice = {
  group: 'catalogue',
  name: llama.name,
  tasks: [],
  fit: usable,
  bytes: 4.08e9,
  model: llama,
  target: { kind: 'catalogue', model: llama },
  current: false,
};

describe('fitLine and detailLine', () => {
  it('show the verdict, the speed and the memory', () => {
    expect(fitLine(usable)).toBe('usable · about 4 words a second · 4.8 of 15.2 GB');
    expect(fitLine({ ...usable, verdict: 'fast', tokensPerSecond: 122 })).toBe('fast · about 90 words a second · 4.8 of 15.2 GB');
    expect(fitLine({ ...usable, verdict: 'slow', tokensPerSecond: 0.31 })).toBe('slow · about 0.2 words a second · 4.8 of 15.2 GB');
  });

  it('show speeds of one and of two words differently', () => {
    expect(fitLine({ ...usable, verdict: 'slow', tokensPerSecond: 1.5 })).toContain('about 1.1 words a second');
    expect(fitLine({ ...usable, verdict: 'slow', tokensPerSecond: 2.8 })).toContain('about 2 words a second');
  });

  it('show no speed for a model that does not fit', () => {
    expect(fitLine({ ...usable, verdict: 'doesNotFit', neededBytes: 41.8e9 })).toBe('does not fit · 41.8 of 15.2 GB');
  });

  it('show the size and the licence of a download', () => {
    expect(detailLine(choice, licence, 4096)).toBe('download of 4.1 GB · Llama 2 Community License');
  });

  it('show the recommended tasks, a shortened context and the GPU layers', () => {
    const special = { ...choice, tasks: ['chat', 'ghostText'], fit: { ...usable, contextTokens: 1024, gpuLayers: 12 } } as const;
    expect(detailLine(special, undefined, 4096)).toBe(
      'Recommended for chat and ghost text · download of 4.1 GB · context shortened to 1,024 tokens · 12 layers on the GPU',
    );
    // A context as long as the model was trained for is not short.
    expect(detailLine({ ...choice, fit: { ...usable, contextTokens: 4096 } }, undefined, 32_768)).toBe('download of 4.1 GB');
  });

  it('show the path of a file and whether it is in use', () => {
    const file = { ...choice, target: { kind: 'file', path: '/project/a.gguf' }, current: true } as const;
    expect(detailLine(file, licence, 4096)).toBe('in use · Llama 2 Community License · /project/a.gguf');
  });

  it('describe each quantisation differently', () => {
    const said = llama.quantisations.map((one) => quantisationLine(one));
    expect(new Set(said).size).toBe(said.length);
    expect(quantisationLine({ name: 'Q4_K_M', file: 'a.gguf', bytes: 4.08e9, approximate: true })).toBe(
      'a good balance of quality and speed · download of 4.1 GB',
    );
  });
});

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import data from '../../../../../src/host/models/picker/catalogue.json';
import { catalogue, catalogueSchema, kvBytesPerToken, recommendedQuantisation } from '../../../../../src/host/models/picker/catalogue';

const { models, licences, preferred } = catalogue();

/** Bits of a weight in each quantisation, the least and the most that mixes of them come to. */
const bits: Readonly<Record<string, readonly [number, number]>> = {
  Q3_K_S: [3.3, 3.7],
  Q3_K_M: [3.7, 4.1],
  Q4_1: [4.9, 6],
  Q4_K_M: [4.6, 8.1],
  Q5_K_M: [5.5, 5.8],
  Q6_K: [6.4, 6.7],
  Q8_0: [8.4, 11.1],
};

describe('the catalogue', () => {
  it('is as its schema says', () => {
    expect(v.safeParse(catalogueSchema, data).issues).toBeUndefined();
  });

  it('refuses an entry with a field too many, a file in another folder, and a checksum cut short', () => {
    const [first] = data.models;
    const withFirst = (change: object): unknown => ({ ...data, models: [{ ...first, ...change }] });
    expect(v.is(catalogueSchema, withFirst({}))).toBe(true);
    expect(v.is(catalogueSchema, withFirst({ fim: true }))).toBe(false);
    const quantisation = { name: 'Q4_0', file: 'a.gguf', bytes: 1, approximate: false };
    expect(v.is(catalogueSchema, withFirst({ quantisations: [quantisation] }))).toBe(true);
    expect(v.is(catalogueSchema, withFirst({ quantisations: [{ ...quantisation, file: '../a.gguf' }] }))).toBe(false);
    expect(v.is(catalogueSchema, withFirst({ quantisations: [{ ...quantisation, sha256: 'abc' }] }))).toBe(false);
  });

  it('has each model once, and each file once', () => {
    expect(new Set(models.map(({ id }) => id)).size).toBe(models.length);
    const files = models.flatMap(({ repository, quantisations }) => quantisations.map(({ file }) => `${repository}/${file}`));
    expect(new Set(files).size).toBe(files.length);
  });

  it('has Llama 2 and Code Llama in all their sizes, and the embedded model', () => {
    const ids = models.map(({ id }) => id);
    const llama2 = ['7b', '13b', '70b'].flatMap((size) => [`llama-2-${size}`, `llama-2-${size}-chat`]);
    const codeLlama = ['7b', '13b', '34b'].flatMap((size) => ['', '-python', '-instruct'].map((kind) => `codellama-${size}${kind}`));
    expect(ids).toEqual(expect.arrayContaining([...llama2, ...codeLlama]));
    expect(models.filter(({ embedded }) => embedded).map(({ id }) => id)).toEqual(['smollm2-135m']);
  });

  it.each(models)('$id: names a licence and a quantisation that are there, and sizes that its parameters come to', (model) => {
    expect(Object.keys(licences)).toContain(model.licence);
    expect(model.quantisations.map(({ name }) => name)).toContain(model.recommended);
    expect(recommendedQuantisation(model).name).toBe(model.recommended);
    for (const { name, bytes } of model.quantisations) {
      const [least, most] = bits[name] ?? [0, 0];
      expect((bytes * 8) / model.parameters).toBeGreaterThan(least);
      expect((bytes * 8) / model.parameters).toBeLessThan(most);
    }
    const sizes = model.quantisations.map(({ bytes }) => bytes);
    expect([...sizes].sort((a, b) => a - b)).toEqual(sizes);
  });

  it('asks to accept every licence of Meta’s, and shows what is accepted', () => {
    for (const { family, licence } of models) {
      if (family === 'Llama 2' || family === 'Code Llama') expect(licences[licence]?.mustBeAccepted).toBe(true);
    }
    for (const { mustBeAccepted, notice } of Object.values(licences)) if (mustBeAccepted) expect(notice).toBeDefined();
  });

  it('prefers only models that it has, the embedded one last', () => {
    const ids = models.map(({ id }) => id);
    for (const list of Object.values(preferred)) {
      expect(ids).toEqual(expect.arrayContaining(list));
      expect(list.at(-1)).toBe('smollm2-135m');
    }
  });

  it('says of the embedded model what the package really has', async () => {
    const text = await readFile(resolve(import.meta.dirname, '../../../../../scripts/embedded-model.json'), 'utf8');
    const { file, size, sha256, huggingFace } = JSON.parse(text) as {
      file: string;
      size: number;
      sha256: string;
      huggingFace: { repository: string; revision: string };
    };
    const embedded = models.find((model) => model.embedded);
    expect(embedded?.quantisations).toEqual([{ name: 'Q4_1', file, bytes: size, approximate: false, sha256 }]);
    expect(embedded).toMatchObject({ repository: huggingFace.repository, revision: huggingFace.revision });
  });

  it('knows the KV cache of Llama 2 7B: 512 KB a token', () => {
    const llama = models.find(({ id }) => id === 'llama-2-7b');
    expect(llama && kvBytesPerToken(llama)).toBe(512 * 1024);
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseGgufFacts, readGgufFacts } from '../../../../src/host/vscodeChat/ggufHeader';
import { ggufHeader, type MetadataValue } from '../../../fixtures/models/ggufBuilder';

const metadata = new Map<string, MetadataValue>([
  ['general.quantized_by', { type: 'string', value: 'somebody' }],
  ['general.tags', { type: 'strings', value: ['chat', 'llama'] }],
  ['general.architecture', { type: 'string', value: 'llama' }],
  ['llama.rope.scaling', { type: 'floats', value: [1, 2, 3] }],
  ['general.final', { type: 'bool', value: true }],
  ['llama.context_length', { type: 'uint32', value: 4096 }],
  ['tokenizer.ggml.tokens', { type: 'strings', value: Array.from({ length: 9000 }, (_, index) => `token ${index}`) }],
]);
const head = ggufHeader(metadata, []);

describe('parseGgufFacts', () => {
  it('finds architecture and context among other values of every kind', () => {
    expect(parseGgufFacts(head)).toEqual({ architecture: 'llama', trainContextTokens: 4096 });
  });

  it('returns what it read from a header that is cut anywhere', () => {
    const whole = parseGgufFacts(head);
    for (let end = 0; end < 400; end++) {
      const facts = parseGgufFacts(head.subarray(0, end));
      expect([{}, { architecture: 'llama' }, whole]).toContainEqual(facts);
    }
    expect(parseGgufFacts(head.subarray(0, 20_000))).toEqual(whole);
  });

  it('ignores the context length of another architecture', () => {
    const other = new Map<string, MetadataValue>([
      ['general.architecture', { type: 'string', value: 'qwen2' }],
      ['llama.context_length', { type: 'uint32', value: 4096 }],
    ]);
    expect(parseGgufFacts(ggufHeader(other, []))).toEqual({ architecture: 'qwen2' });
  });

  it('returns an object for any damaged header', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 300 }), (bytes, at) => {
        const broken = Buffer.from(head.subarray(0, 500));
        broken.set(bytes, at);
        expect(parseGgufFacts(broken)).toBeTypeOf('object');
      }),
    );
  });
});

describe('readGgufFacts', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paddock-gguf-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('reads the header of a longer file', async () => {
    const path = join(folder, 'model.gguf');
    await writeFile(path, Buffer.concat([head, Buffer.alloc(200_000)]));
    expect(await readGgufFacts(path)).toEqual({ architecture: 'llama', trainContextTokens: 4096 });
  });

  it('returns nothing for a missing file or another format', async () => {
    const page = join(folder, 'page.gguf');
    await writeFile(page, '<html>Not found</html>');
    expect(await readGgufFacts(page)).toEqual({});
    expect(await readGgufFacts(join(folder, 'missing.gguf'))).toEqual({});
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureLlamaSource } from '../../../../scripts/lib/models/llama-source.mjs';
import { endMarksFor } from '../../../../src/prompt/chat/endMarks';
import { skeletonsFor } from '../../../../src/prompt/template/templateSkeleton';
import type { ChatFormat } from '../../../../src/prompt/promptTypes';

/** Gemma 2 has no system role, and Mistral Nemo's system text moves into the last message. */
const FOLDED: readonly string[] = ['google-gemma-2-2b-it.jinja', 'mistralai-Mistral-Nemo-Instruct-2407.jinja'];

describe("llama.cpp's chat templates", () => {
  let formats: ReadonlyMap<string, Extract<ChatFormat, { kind: 'template' }>>;
  beforeAll(async () => {
    const folder = join(await ensureLlamaSource(), 'models', 'templates');
    const files = readdirSync(folder).filter((file) => file.endsWith('.jinja'));
    formats = new Map(
      files.map((file) => [file, { kind: 'template', source: readFileSync(join(folder, file), 'utf8'), bosText: '<s>', eosText: '</s>' }]),
    );
  }, 120_000);

  it('show each message once and in order, with 0, 1 and 3 turns, with and without system text', async () => {
    const folded = new Set<string>();
    for (const [file, format] of formats) {
      for (const turns of [0, 1, 3]) {
        expect((await skeletonsFor(format).get(false, turns)).turns, file).toHaveLength(turns);
        const withSystem = await skeletonsFor(format).get(true, turns);
        expect(withSystem.turns, file).toHaveLength(turns);
        if (withSystem.afterSystem === undefined) folded.add(file);
      }
    }
    expect(formats.size).toBeGreaterThanOrEqual(70);
    expect([...folded].sort()).toEqual(FOLDED);
  });

  it('tell where an answer ends', async () => {
    for (const [file, format] of formats) expect((await endMarksFor(format, [])).length, file).toBeGreaterThanOrEqual(2);
  });
});

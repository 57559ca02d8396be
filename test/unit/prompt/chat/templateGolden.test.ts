import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ensureLlamaSource } from '../../../../scripts/lib/models/llama-source.mjs';
import { BoundedTemplate, type TemplateVariable } from '../../../../src/prompt/template/boundedTemplate';
import { TemplateRefusal } from '../../../../src/prompt/template/jinja/jinjaValues';

interface Golden {
  readonly jinja2: string;
  readonly cases: readonly { readonly name: string; readonly variables: Readonly<Record<string, TemplateVariable>> }[];
  readonly snippetVariables: Readonly<Record<string, TemplateVariable>>;
  /** Maps the name of a template to a hash of its text for each case; null where jinja2 refuses. */
  readonly templates: Readonly<Record<string, readonly (string | null)[]>>;
  readonly snippets: readonly (string | null)[];
}

interface Sources {
  readonly own: readonly { readonly name: string; readonly source: string }[];
  readonly snippets: readonly { readonly source: string }[];
}

const read = (file: string): unknown => JSON.parse(readFileSync(new URL(`../../../fixtures/templates/${file}`, import.meta.url), 'utf8'));
const golden = read('template-golden.json') as Golden;
const sources = read('jinjaSources.json') as Sources;
const published = Object.keys(golden.templates).filter((name) => name.endsWith('.jinja'));

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** The text, or undefined for a refusal. Any other failure is a fault of the interpreter. */
function render(template: BoundedTemplate, variables: Readonly<Record<string, TemplateVariable>>): string | undefined {
  try {
    return template.render(variables);
  } catch (error) {
    if (error instanceof TemplateRefusal) return undefined;
    throw error;
  }
}

/** Renders every case. A difference shows our text from the start, as of theirs there is only a hash. */
function expectGolden(source: string, name: string): void {
  const template = new BoundedTemplate(source);
  const differences = golden.cases.flatMap(({ name: shape, variables }, index) => {
    const [text, wanted] = [render(template, variables), golden.templates[name]?.[index]];
    if ((text === undefined ? null : hash(text)) === wanted) return [];
    return [
      `${shape}: ${wanted === null ? 'jinja2 refuses' : `jinja2 has ${String(wanted)}`}, ours is ${JSON.stringify(text?.slice(0, 2000))}`,
    ];
  });
  expect(differences).toEqual([]);
}

describe(`chat templates render as in Python's jinja2 ${golden.jinja2}`, () => {
  let folder = '';
  beforeAll(async () => {
    folder = join(await ensureLlamaSource(), 'models', 'templates');
  }, 120_000);

  it.each(published)('%s', async (name) => {
    expectGolden(await readFile(join(folder, name), 'utf8'), name);
  });

  it.each(sources.own)('$name', ({ name, source }) => {
    expectGolden(source, name);
  });

  it('has all templates of llama.cpp', () => {
    expect(published.length).toBeGreaterThanOrEqual(70);
  });
});

describe(`expressions and statements work as in Python's jinja2 ${golden.jinja2}`, () => {
  it.each(sources.snippets.map(({ source }, index) => [source, golden.snippets[index] ?? null] as const))('%j', (source, wanted) => {
    let text: string | null;
    try {
      text = new BoundedTemplate(source).render(golden.snippetVariables);
    } catch {
      text = null;
    }
    expect(text).toBe(wanted);
  });
});

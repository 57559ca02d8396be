import type { RelatedChunk } from '../../../src/contract/completion';
import { basename, dirname, extname } from 'node:path/posix';
import type { SourceFile } from '../../../scripts/lib/models/corpus.mjs';
import { linesAround, RecentChunks } from '../../../src/host/completion/recentChunks';
import { randomFrom } from '../../fixtures/models/weights';

/** As many other files somebody has just looked at. */
const mostFiles = 3;

/**
 * What the editor would have of other files: somebody who works at one has read those it names, and its neighbours in the folder, each at
 * a place that chance chooses.
 */
export function neighboursOf(file: SourceFile, all: readonly SourceFile[], seed: number): readonly RelatedChunk[] {
  const random = randomFrom(seed);
  const others = all.filter((each) => each.language === file.language && each.path !== file.path);
  const named = others.filter(({ path }) => isNamed(basename(path, extname(path)), file.text));
  const beside = others.filter((each) => dirname(each.path) === dirname(file.path) && !named.includes(each));
  const chunks = new RecentChunks();
  for (const { path, text } of [...shuffled(named, random), ...shuffled(beside, random)].slice(0, mostFiles).reverse()) {
    chunks.add({ uri: path, path, ...linesAround(text, Math.floor(random() * text.split('\n').length)) });
  }
  chunks.settle();
  return chunks.forDocument(file.path, file.text).map(({ path, text }) => ({ path, text }));
}

/** Whether the beginning of a text, where imports stand, names a file. */
function isNamed(name: string, text: string): boolean {
  return new RegExp(`\\b${name.replace(/[^\w]/gu, '\\$&')}\\b`).test(text.split('\n', 60).join('\n'));
}

function shuffled<T>(all: readonly T[], random: () => number): readonly T[] {
  return all
    .map((each) => ({ each, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ each }) => each);
}

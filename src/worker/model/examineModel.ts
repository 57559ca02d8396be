import type { ExaminedModel, ExamineModelParams } from '../../contract/models';
import type { GgufFileInfo } from 'node-llama-cpp';
import { EngineFailure, firstLine, messageOf } from './loadErrors';
import { estimateOf, startLlama } from './loadModel';
import { examineFile } from './modelFile';
import { countTensorBytes } from './gguf/checkTensors';
import { readChatTemplate, readKey, tokenTexts } from './libraryMetadata';
import { loadLibrary } from './llamaLibrary';

/**
 * Reads a file's header and estimates from it. Nothing is loaded, and nothing of a model that is loaded changes.
 * @throws EngineFailure
 */
export async function examineModel(options: ExamineModelParams): Promise<ExaminedModel> {
  const { path } = options;
  const library = await loadLibrary();
  const file = await examineFile(library, path);
  // Without a log of its own: llama.cpp's lines belong to whatever is loaded.
  const llama = await startLlama(library, options);
  const { bytesPerToken } = await estimateOf(library, llama, file, options);
  try {
    const insights = await library.GgufInsights.from(file.info, llama);
    return {
      path,
      name: file.name,
      fileBytes: file.bytes,
      architecture: file.architecture,
      parameters: insights.totalParameters,
      // The library counts the output as one more.
      layers: insights.totalLayers - 1,
      trainContextTokens: insights.trainContextSize ?? 0,
      weightBytes: insights.modelSize + countRepackedOutput(file.info, llama.systemInfo),
      kvBytesPerToken: bytesPerToken,
      hasFim: hasFim(file.info),
      hasChatTemplate: readChatTemplate(file.info.metadata) !== undefined,
      gpu: llama.gpu === false || options.gpu === 'off' ? undefined : { name: llama.gpu, freeBytes: (await llama.getVramState()).free },
    };
  } catch (error) {
    throw new EngineFailure({ kind: 'modelBroken', path, detail: firstLine(messageOf(error)) });
  }
}

/** Types of weights that llama.cpp repacks for AMX (`qtype_has_amx_kernels` in ggml-cpu/amx/common.h), by their numbers in ggml.h. */
const AMX_TYPES: ReadonlySet<number> = new Set([2, 3, 8, 12, 13, 14, 23]);

/**
 * Bytes that the output takes a second time. Where a model has no output of its own, llama.cpp uses the matrix of embeddings, and on a
 * processor with AMX it keeps a repacked copy of it.
 */
function countRepackedOutput({ fullTensorInfo = [] }: GgufFileInfo, systemInfo: string): number {
  const embeddings = fullTensorInfo.find(({ name }) => name === 'token_embd.weight');
  if (embeddings === undefined || fullTensorInfo.some(({ name }) => name === 'output.weight')) return 0;
  const { name, ggmlType: type, dimensions } = embeddings;
  if (!/\bAMX_INT8 = 1\b/.test(systemInfo) || !AMX_TYPES.has(type)) return 0;
  return countTensorBytes({ name, type, dimensions: dimensions.map(Number) }) ?? 0;
}

/** Keys by which a GGUF names its FIM tokens, in their newer and their older spelling. */
const fimKeys = [
  ['fim_pre_token_id', 'prefix_token_id'],
  ['fim_suf_token_id', 'suffix_token_id'],
  ['fim_mid_token_id', 'middle_token_id'],
] as const;

/** The spellings by which llama.cpp knows them where the file does not name them, each a whole piece of the vocabulary. */
const fimPieces = [
  /^(<\|fim_prefix\|>|<fim[-_]prefix>|[\u2581 ]?<PRE>|<\uFF5Cfim\u2581begin\uFF5C>)$/u,
  /^(<\|fim_suffix\|>|<fim[-_]suffix>|[\u2581 ]?<SUF>|<\uFF5Cfim\u2581hole\uFF5C>)$/u,
  /^(<\|fim_middle\|>|<fim[-_]middle>|[\u2581 ]?<MID>|<\uFF5Cfim\u2581end\uFF5C>)$/u,
] as const;

/** Whether a model has all three tokens; what it is called says nothing. */
function hasFim({ metadata }: GgufFileInfo): boolean {
  const pieces = tokenTexts(metadata);
  // llama.cpp does without what is beyond the vocabulary.
  const isToken = (id: unknown): boolean => typeof id === 'number' && id >= 0 && id < pieces.length;
  if (fimKeys.every((keys) => keys.some((key) => isToken(readKey(metadata, `tokenizer.ggml.${key}`))))) return true;
  return fimPieces.every((piece) => pieces.some((token) => piece.test(token)));
}

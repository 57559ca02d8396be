import type { LlamaModel } from 'node-llama-cpp';
import { asTokens } from './loadModel';

/**
 * True if a token ends the answer. The library counts each end of a turn (EOT) as one. That of gpt-oss is `<|end|>`, which ends its thought as well
 * as its answer: llama.cpp takes it from the ends of generation and makes it user-defined (`llama_vocab::impl::load`).
 */
export function endsAnswer(model: Pick<LlamaModel, 'isEogToken' | 'tokens' | 'getTokenAttributes'>, id: number): boolean {
  const [token] = asTokens([id]);
  if (token === undefined || !model.isEogToken(token)) return false;
  if (token === model.tokens.eos || token !== model.tokens.eot) return true;
  const { control, userDefined } = model.getTokenAttributes(token);
  return control || !userDefined;
}

/** The texts of the tokens that end an answer, as far as the model names them. */
export function readEndTexts(model: Pick<LlamaModel, 'isEogToken' | 'tokens' | 'getTokenAttributes'>): readonly string[] {
  const { eos, eosString, eot, eotString } = model.tokens;
  return [
    [eos, eosString],
    [eot, eotString],
  ].flatMap(([id, text]) => (typeof id === 'number' && typeof text === 'string' && endsAnswer(model, id) ? [text] : []));
}

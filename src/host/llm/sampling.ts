/** How chat answers are sampled beside their temperature. As in Meta's reference code; `topK` is llama.cpp's default. */
export const CHAT_SAMPLING = { topP: 0.9, topK: 40 } as const;

import type { ScriptedAnswer } from './scriptedWorker.mjs';

export interface PictureTexts {
  readonly chat: { readonly question: string; readonly answer: string };
  readonly explain: { readonly item: string; readonly answer: string };
}

/** Scripted like the words: a test has no time to stream at the speed of a model whose answers look like these. */
const metrics = { tokensPerSecond: 11.8, firstTokenMilliseconds: 1300 };

const reserve = `\`\`\`ts
reserve(sku: string, count: number): void {
  if (this.free(sku) < count) {
    throw new RangeError(\`No \${sku} left.\`);
  }
  const held = this.reserved.get(sku) ?? 0;
  this.reserved.set(sku, held + count);
}

free(sku: string): number {
  const held = this.reserved.get(sku) ?? 0;
  return this.get(sku).quantity - held;
}
\`\`\``;

/** An edit in place, asked for in English alone. */
export const pictureEdit = {
  instruction: 'keep the higher reorder level',
  answer: `\`\`\`ts
const known = this.parts.get(part.sku);
const quantity = (known?.quantity ?? 0) + part.quantity;
const reorderAt = Math.max(known?.reorderAt ?? 0, part.reorderAt);
this.parts.set(part.sku, { ...part, quantity, reorderAt });
\`\`\``,
};

export const pictureTexts: Readonly<Record<'en' | 'zh-cn', PictureTexts>> = {
  en: {
    chat: {
      question: 'How can I reserve parts without taking them?',
      answer: `Keep the reservations beside the parts. Only what nobody has reserved is free:

${reserve}

- \`reserve\` fails before it changes anything, as \`take\` does.
- \`take\` should compare with \`free(line.sku)\` from now on.`,
    },
    explain: {
      item: 'Explain Selection',
      answer: `\`toReorder\` lists the parts that have to be ordered, the emptiest first.

1. \`[...this.parts.values()]\` is a copy: sorting it leaves the stock as it is.
2. \`filter\` keeps the parts at or below their reorder level.
3. \`sort\` compares how full each part still is, \`quantity / reorderAt\`.

**Likely to be wrong:** a part that has run out and whose \`reorderAt\` is 0 gives \`0 / 0\`. That is \`NaN\`, and the order of the list is no longer defined.`,
    },
  },
  'zh-cn': {
    chat: {
      question: '怎样预留零件，但不扣减库存？',
      answer: `把预留数量单独记录，只有未被预留的部分才算可用：

${reserve}

- \`reserve\` 与 \`take\` 一样，失败时不会改动任何数据。
- 今后 \`take\` 应当与 \`free(line.sku)\` 比较。`,
    },
    explain: {
      item: '解释所选代码',
      answer: `\`toReorder\` 列出需要订购的零件，库存最紧张的排在最前面。

1. \`[...this.parts.values()]\` 是一份副本，排序不会影响库存本身。
2. \`filter\` 留下数量不高于订购线的零件。
3. \`sort\` 比较每种零件的剩余比例，即 \`quantity / reorderAt\`。

**可能出错的地方：**如果某种零件已经用完，而 \`reorderAt\` 为 0，就会得到 \`0 / 0\`，也就是 \`NaN\`，列表的顺序便不再确定。`,
    },
  },
};

/** What the worker says for the pictures in a language. */
export function pictureAnswers({ chat, explain }: PictureTexts): readonly ScriptedAnswer[] {
  return [
    { when: chat.question, answer: chat.answer, tokensPerSecond: 400, metrics },
    { when: pictureEdit.instruction, answer: pictureEdit.answer },
    { when: 'Explain', answer: explain.answer, tokensPerSecond: 400, metrics },
  ];
}

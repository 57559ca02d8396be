/**
 * The words that comments consist of which stand for code that is left out: "rest of the code", "其他方法保持不变". A comment counts as such a
 * marker only where all its words are known here, so that a comment about something else stays a comment.
 */

import { largest } from '../../../util/lists';

/**
 * Classes of words. `h`: asks to keep. `k`: tells which code, e.g. "existing". `r`: "rest". `c`: code as such. `n`: a part of a program.
 * `p`: says that it does not change or is not shown. `w`: says so less clearly, e.g. "above". `x`: not. `m`: change. `v`: is, remains.
 * `d`: other words that may stand among these.
 */
export type WordClass = 'h' | 'k' | 'r' | 'c' | 'n' | 'p' | 'w' | 'x' | 'm' | 'v' | 'd';

const ENGLISH: Readonly<Record<WordClass, string>> = {
  h: 'keep keeps keeping kept retain retained preserve preserved leave',
  k: 'existing remaining other others previous prior original unchanged unmodified untouched same current old earlier',
  r: 'rest remainder',
  c: 'code implementation implementations logic codebase content contents html',
  n: `file function functions method methods class classes component components import imports content contents body bodies definition
    definitions declaration declarations member members statement statements section sections part parts block blocks module program
    script markup jsx tsx css template templates constructor getter getters setter setters setup initialization helper helpers
    handler handlers route routes test tests case cases field fields property properties prop props variable variables constant
    constants type types interface interfaces enum enums struct structs trait traits hook hooks style styles rule rules config
    configuration settings options export exports comment comments docs documentation dependencies package stuff validation line lines
    attribute attributes element elements query queries page column columns table layout`,
  p: 'unchanged unmodified untouched intact omitted elided truncated snipped snip abbreviated shortened brevity conciseness etc',
  w: 'same before here above below clarity simplicity',
  x: 'no not nothing without none',
  m: 'change changes changed changing modify modified modification modifications shown included affected needed necessary required different',
  v: 'is are was were be been remain remains stay stays continue continues go goes follow follows have has can should will must do does',
  d: `the your my our this that these those all any every a an and or of in from for to with at on as its it it's i'll some more several few many
    further additional everything else up until there again still exactly just only also now already sake like around`,
};

/** A word of Chinese has no blanks around it: a comment is cut into the longest of these. */
const CHINESE: Readonly<Record<WordClass, string>> = {
  h: '保持 保留 维持 沿用 照抄',
  k: '其余 其他 其它 剩余 剩下 余下 现有 已有 原有 原来 原先 原始 原 之前 以前 先前 此前 前面 上面 以上 未改动 未修改 未变 未变动 同样 旧 既有',
  r: '剩余部分 其余部分 剩下部分 剩下的部分 其余的部分',
  c: '代码 逻辑 实现 源码 程序码 程式码',
  n: `文件 档案 方法 函数 函式 类 内容 部分 导入 引入 引用 定义 声明 字段 栏位 属性 成员 变量 变数 常量 配置 样式 模板 测试 用例 测试用例 路由 组件 接口 结构 结构体 模块
    脚本 语句 行 块 段 体 函数体 方法体 代码块 程序 选项 处理 业务 业务逻辑 构造函数 注释 标签 元素 功能 细节 部份 类型 枚举 初始化 规则 依赖`,
  p: `不变 不动 省略 略 略去 略过 从略 此处省略 以下省略 同上 同前 如前 照旧 原样 未变 未变动 未改变 未改动 未修改 未列出 未显示 不再重复 不再赘述 依旧 如旧`,
  w: '相同 一样 一致 等等',
  x: '不 无 没有 没 未 无需 不需要 不用 无须 不必 不作 不做 毋须',
  m: '变化 改变 修改 改动 变更 调整 变动 改 变 更改 列出 显示',
  v: '是 为 有 继续',
  d: `的 和 与 及 以及 或 都 均 也 仍 仍然 还是 这里 此处 这 那 该 本 你的 您的 我的 在此 在这里 在 了 放 放在 写 所有 全部 一些 更多 中 中间 下面 以下 后面 后续 做 任何
    为了 简洁 简单 起见 简洁起见 篇幅 节省 节省篇幅 因 由于 限制 请 将 把 同 跟 到 从 完整 直接 处 等 地 之 其 您 你 需要 作`,
};

/** Simplified forms of the traditional characters in the words above. */
const SIMPLIFIED = new Map(
  Array.from(
    '餘余碼码變变現现這这處处類类實实邏逻輯辑導导與与無无維维寫写動动還还樣样則则檔档內内義义聲声屬属員员數数參参項项組组續续簡简潔洁為为舊旧將将從从檢检測测試试構构結结欄栏業业務务標标籤签節节約约語语範范塊块體体調调',
  )
    .map((letter, index, letters) => [letter, letters[index + 1] ?? letter] as const)
    .filter((_pair, index) => index % 2 === 0),
);

const WORDS = new Map<string, Set<WordClass>>();
for (const language of [ENGLISH, CHINESE]) {
  for (const [name, words] of Object.entries(language)) {
    for (const word of words.split(/\s+/)) WORDS.set(word, (WORDS.get(word) ?? new Set()).add(name as WordClass));
  }
}

const MAX_CHINESE = largest(Object.values(CHINESE).flatMap((words) => words.split(/\s+/).map(({ length }) => length)));

/** The classes of a word. An unknown word has an empty set. */
export type Word = ReadonlySet<WordClass>;

const UNKNOWN: Word = new Set();

/** Classifies the words of `text` in order. Numbers are left out: "lines 10-20 unchanged". */
export function classifyWords(text: string): readonly Word[] {
  return (text.toLowerCase().match(/\p{Script=Han}+|[^\s\p{Script=Han}\p{P}\p{S}]+(?:'[^\s\p{Script=Han}\p{P}\p{S}]+)?/gu) ?? []).flatMap(
    (run) => {
      if (/^\p{Script=Han}/u.test(run)) return chineseWords(run);
      return /^\d+$/.test(run) ? [] : [WORDS.get(run) ?? UNKNOWN];
    },
  );
}

function chineseWords(run: string): Word[] {
  const letters = Array.from(run, (letter) => SIMPLIFIED.get(letter) ?? letter);
  const words: Word[] = [];
  for (let at = 0; at < letters.length;) {
    let length = Math.min(MAX_CHINESE, letters.length - at);
    while (length > 1 && !WORDS.has(letters.slice(at, at + length).join(''))) length--;
    words.push(WORDS.get(letters.slice(at, at + length).join('')) ?? UNKNOWN);
    at += length;
  }
  return words;
}

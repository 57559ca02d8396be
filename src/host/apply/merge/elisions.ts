/** Finds the lines by which a model leaves out what it does not change: "… existing code …", "// 其他方法保持不变". */
import { classifyWords, type Word, type WordClass } from './elisionWords';

/**
 * `sure`: the line can only be an elision. `dots`: three dots alone, which Python also has for an empty body. `likely`: a comment that people
 * write as well, such as "other methods". It counts where there are lines it can stand for, and is a comment of the code elsewhere.
 */
export type Elision = 'sure' | 'likely' | 'dots';

/** Characters of the longest line that is looked at. Markers are short, and a long line would cost time. */
const MAX_LENGTH = 300;

/** Signs that begin a comment in some language. */
const OPENER =
  /^(?:\/\/+[!?-]?|\/\*+!?|<!--+|<%--|<%#|<#(?:--)?|\{\s*\/\*+|\{\{!(?:--)?|\{#|\(\*+|\{-+|--\[=*\[|--+\|?|#+[!|=:]?|;+|%+|@\*|'''|"""|\|#|@?rem\b|dnl\b|⍝)\s*/i;
/** Signs that begin a comment in few languages and mean something else in most. */
const RARE_OPENER = /^(?:['"]|[!*]+\s|\.\.\s|::)\s*/;
const CLOSER = /(?:\*+\/\s*\}?|-+->|--%>|%>|--\}\}|\}\}|#\}|#>|\*+\)|-+\}|\]=*\]|\*@|'''|"""|\|#|=#)[,;]?$/;
/** A comment that goes on to the end of its line. */
const TO_LINE_END = /^(?:\/\/|#|--(?!\[)|;|%|@?rem\b|dnl\b|⍝)/i;
/** The end of a comment that may be followed by code. */
const INNER_END = /\*\/|-->/;
const DOTS = String.raw`(?:\.{2,}|…+|⋯+|⋮|·{3,}|。{2,}|(?:\. ){2,}\.)`;
const BARE_DOTS = /^(?:\.{3,}|…+|⋯+|⋮\.*|·{3,}|。{3,}|(?:\. ){2,}\.)$/;
const DOTS_IN_BRACKETS = /^(?:\[(?:\.{3}|…)\]|\((?:\.{3}|…)\)|<(?:\.{3}|…)>|\{(?:\.{3}|…)\})$/;
const LEADING_DOTS = new RegExp(`^${DOTS}`);
const TRAILING_DOTS = new RegExp(`${DOTS}$`);
const LEADING_FRAME = /^[\s\-=*~#_|>:+]+/;
const TRAILING_FRAME = /[\s\-=*~#_|<:+,;!?。，；：！.]+$/;
const LEADING_BRACKET = /^[[({<【（「『《〔]/;
const TRAILING_BRACKET = /[\])}>】）」』》〕]$/;
/** Signs that belong to code rather than to a sentence. */
const CODE = /[=;{}<>|&$@\\]|\w\.\w|\w_\w|\w\([^)]/;
/** The words a sentence goes on with after dots. */
const GOES_ON = /^(?:and|but|or|so|then|because|which|if|when|until|while|unless|that)\b/i;
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\b(?:just )?as[ -]is\b|\bas before\b|\bas it (?:is|was)\b|\bas they (?:are|were)\b/g, 'unchanged'],
  [/\bleft out\b/g, 'omitted'],
  [/\b(remains?|stays?|is|are) (?:exactly |all )?the same\b/g, '$1 unchanged'],
  [/\band (?:so on|so forth|more)\b/g, 'etc'],
  [/\beverything else\b/g, 'remaining code'],
  [/^(?:note|todo|nb|注|注意|说明)\s*[:：]/, ''],
];

interface Body {
  readonly text: string;
  readonly words: readonly Word[];
  readonly leads: boolean;
  readonly trails: boolean;
  /** The dots it begins with touch the first word. */
  readonly glued: boolean;
  readonly bracketed: boolean;
}

/** Tells the kind of elision of a line. Code and comments about something else have no kind. */
export function elisionKind(line: string): Elision | undefined {
  const text = line.trim();
  if (text === '' || text.length > MAX_LENGTH) return undefined;
  if (BARE_DOTS.test(text)) return 'dots';
  if (DOTS_IN_BRACKETS.test(text)) return 'likely';
  const comment = commentText(text, OPENER);
  if (comment !== undefined) return kindOfComment(readBody(comment));
  const rare = commentText(text, RARE_OPENER);
  // Text in quotes is a string.
  if (rare !== undefined && !/['"][,;)]*$/.test(rare) && kindOfComment(readBody(rare)) === 'sure') return 'sure';
  return kindOfProse(readBody(text));
}

/** Returns true for a line that stands for lines that are not shown. */
export function isElision(line: string): boolean {
  return elisionKind(line) !== undefined;
}

function commentText(text: string, opener: RegExp): string | undefined {
  const start = opener.exec(text)?.[0].length;
  if (start === undefined) return undefined;
  if (TO_LINE_END.test(text)) return text.slice(start);
  const inner = text.slice(start).replace(CLOSER, '').trim();
  return INNER_END.test(inner) ? undefined : inner;
}

/** Takes the frame off: dots, brackets, rules of dashes. */
function readBody(comment: string): Body {
  let text = comment;
  let [leads, trails, glued, bracketed] = [false, false, false, false];
  for (let before = ''; before !== text;) {
    before = text;
    if (LEADING_DOTS.test(text)) {
      leads = true;
      text = text.replace(LEADING_DOTS, '');
      glued = /^[\p{L}\p{N}_]/u.test(text);
    }
    if (TRAILING_DOTS.test(text)) {
      trails = true;
      text = text.replace(TRAILING_DOTS, '');
    }
    text = text.replace(LEADING_FRAME, '').replace(TRAILING_FRAME, (end) => (/\.{2}|。{2}/.test(end) ? end.trim() : ''));
    if (LEADING_BRACKET.test(text) && TRAILING_BRACKET.test(text)) {
      bracketed = true;
      text = text.slice(1, -1).trim();
    }
  }
  const plain = PHRASES.reduce((result, [phrase, word]) => result.replace(phrase, word), text.toLowerCase().replaceAll('’', "'"));
  return { text, words: classifyWords(plain), leads, trails, glued, bracketed };
}

function kindOfComment(body: Body): Elision | undefined {
  const { text, words, leads, trails, glued, bracketed } = body;
  if (words.length === 0) return leads ? 'sure' : undefined;
  if (CODE.test(text) && !(leads && (trails || !glued))) return undefined;
  const isKnown = words.every(({ size }) => size > 0);
  if (leads && !trails && GOES_ON.test(text) && !(isKnown && hasAny(words, 'cnrp'))) return undefined;
  if (isKnown && hasKey(words) && (leads || bracketed)) return 'sure';
  if (leads && trails) return 'sure';
  if (leads) return words.slice(0, 3).some((word) => hasKey([word])) ? 'sure' : glued ? undefined : 'likely';
  if (isKnown) return trails && (startsWithKey(words) || saysUnchanged(words)) ? 'sure' : kindOfKnown(words);
  const unknown = words.filter(({ size }) => size === 0).length;
  if (trails) return unknown <= 3 && startsWithKey(words) && !words.some((word) => word.has('v')) ? 'likely' : undefined;
  return unknown <= 2 && isAboutPart(words) ? 'likely' : undefined;
}

/** Judges a comment without dots or brackets: only a whole phrase counts. */
function kindOfKnown(words: readonly Word[]): Elision | undefined {
  if (isSurePhrase(words)) return 'sure';
  const isHeading = words.length <= 6 && !words.some((word) => word.has('v')) && startsWithKey(words);
  if (isHeading && words.some((word) => word.has('n') || word.has('r'))) return 'likely';
  if (words[0]?.has('h') === true && words.length > 1 && hasAny(words, 'cnkr')) return 'likely';
  return saysUnchanged(words) && words.length > 1 && !isWeak(words) ? 'likely' : undefined;
}

/** Words that are in no comment. */
function kindOfProse({ text, words, leads, trails, bracketed }: Body): Elision | undefined {
  if (words.length < 2 && !(leads && trails)) return undefined;
  if (!words.every(({ size }) => size > 0) || !hasKey(words) || CODE.test(text) || /["'`,()[\]/?:]/.test(text)) return undefined;
  if (leads || trails || bracketed) return 'sure';
  return words.length > 2 && isSurePhrase(words) ? 'likely' : undefined;
}

function isSurePhrase(words: readonly Word[]): boolean {
  const strong = words.some((word) => word.has('p')) || isNegatedChange(words);
  if (strong && saysUnchanged(words)) return !isWeak(words);
  if (words[0]?.has('h') === true && words.length > 1 && saysUnchanged(words)) return true;
  // Chinese has the verb first: "此处省略其他代码".
  if (words[0]?.has('p') === true && hasAny(words.slice(1), 'kc')) return true;
  if (!startsWithKey(words)) return false;
  const key = words.findIndex((word) => word.has('k') || word.has('r'));
  const behind = words.slice(key + 1);
  return hasAny(behind, 'c') || (words[key]?.has('r') === true && hasAny(behind, 'n')) || (hasAny(behind, 'nc') && saysUnchanged(behind));
}

/** "No changes" may be what the code has found out. */
function isWeak(words: readonly Word[]): boolean {
  return words.length <= 2 && isNegatedChange(words) && !words.some((word) => word.has('p'));
}

/** Returns true if the words end by saying that something stays as it is, or is not shown. */
function saysUnchanged(words: readonly Word[]): boolean {
  const last = words.findLast((word) => !isOnly(word, 'd'));
  return last !== undefined && (last.has('p') || last.has('w') || isNegatedChange(words));
}

/** "Not shown", "no changes", "没有修改". */
function isNegatedChange(words: readonly Word[]): boolean {
  const not = words.findIndex((word) => word.has('x'));
  return not >= 0 && words.slice(not + 1).some((word) => word.has('m'));
}

/** "The render function remains the same", "render() unchanged", "existing payment code". */
function isAboutPart(words: readonly Word[]): boolean {
  const last = words.at(-1);
  if (last !== undefined && words.length <= 6 && startsWithKey(words) && hasAny([last], 'cn') && !words.some((word) => word.has('v')))
    return true;
  if (words.length > 8 || !words.at(-1)?.has('p'))
    return words.length <= 8 && words.at(-1)?.has('w') === true && hasAny(words, 'cn') && hasAny(words, 'v');
  return words.length <= 2 || hasAny(words, 'cn');
}

function startsWithKey(words: readonly Word[]): boolean {
  const first = words.find((word) => !isOnly(word, 'd') && !isOnly(word, 'h') && !isOnly(word, 'v'));
  return first !== undefined && hasAny([first], 'kr');
}

function hasKey(words: readonly Word[]): boolean {
  return hasAny(words, 'hkrpw') || (words.length > 1 && isNegatedChange(words));
}

function hasAny(words: readonly Word[], classes: string): boolean {
  return words.some((word) => Array.from(classes).some((each) => word.has(each as WordClass)));
}

function isOnly(word: Word, only: WordClass): boolean {
  return word.size === 1 && word.has(only);
}

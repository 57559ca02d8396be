/** Lines by which a model leaves out what it does not change: "… existing code …". */

/** What a comment begins and ends with, in most languages. */
const COMMENT = /^(?:\/\/+|\/\*+|#+|--+|<!--|\{\/\*+|;+|%+|'''|""")\s*(.*?)\s*(?:\*+\/\}?|-->|'''|""")?$/;
const FIRST_DOTS = /^[([{]?(?:\.{3,}|…)(?=[\s(]|$)/;
const LAST_DOTS = /(?:\.{3,}|…)$/;
const LEFT_OUT =
  /\b(?:existing|remaining|rest|other|previous|original|unchanged|same|omitted|your|more)\b.*\b(?:code|here|file|function|class|methods?|functions?|imports?|implementation|logic|content|lines?|unchanged|before|above|same)\b|\bunchanged\b|\bomitted\b/i;
const LEFT_OUT_WITHOUT_DOTS =
  /^\(?(?:the )?(?:existing|remaining|rest of(?: the| your)?|other|previous)\b.*\b(?:code|unchanged|(?:the|stays?|remains?) (?:the )?same|as before|goes here|omitted)\)?\.?$/i;
const BARE_DOTS = /^(?:\.{3,}|…)$/;

/** Whether `line` stands for lines that are not shown. */
export function isElision(line: string): boolean {
  const text = line.trim();
  const comment = COMMENT.exec(text)?.[1];
  if (comment === undefined) return isBareDots(line) || (FIRST_DOTS.test(text) && LEFT_OUT.test(text));
  // Rather one comment too many taken for an elision than lines of the file taken for deleted.
  return FIRST_DOTS.test(comment) || (LAST_DOTS.test(comment) && LEFT_OUT.test(comment)) || LEFT_OUT_WITHOUT_DOTS.test(comment);
}

/** Whether `line` is dots alone: an elision where there is something it can stand for, and else what Python has for an empty body. */
export function isBareDots(line: string): boolean {
  return BARE_DOTS.test(line.trim());
}

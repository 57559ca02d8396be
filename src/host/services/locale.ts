import { env } from 'vscode';

/** The language that answers are asked for in: the user's, of those that Paddock's own texts exist in. */
export function answerLocale(): 'en' | 'zh-cn' {
  return env.language.toLowerCase().startsWith('zh') ? 'zh-cn' : 'en';
}

/** VS Code's names of languages for what models write on fences; those that are the same are not here. */
const ids: Readonly<Record<string, string>> = {
  bash: 'shellscript',
  'c#': 'csharp',
  'c++': 'cpp',
  cjs: 'javascript',
  console: 'shellscript',
  cs: 'csharp',
  docker: 'dockerfile',
  golang: 'go',
  h: 'c',
  hpp: 'cpp',
  htm: 'html',
  js: 'javascript',
  jsx: 'javascriptreact',
  kt: 'kotlin',
  make: 'makefile',
  md: 'markdown',
  mjs: 'javascript',
  objc: 'objective-c',
  ps1: 'powershell',
  py: 'python',
  python3: 'python',
  rb: 'ruby',
  rs: 'rust',
  sh: 'shellscript',
  shell: 'shellscript',
  tex: 'latex',
  ts: 'typescript',
  tsx: 'typescriptreact',
  vb: 'vb',
  yml: 'yaml',
  zsh: 'shellscript',
};

/** VS Code's identifier of the language that a fence's info string begins with; empty for none. */
export function languageIdOf(info: string): string {
  const word = /^[\w+#-]*/.exec(info.trim())?.[0].toLowerCase() ?? '';
  return Object.hasOwn(ids, word) ? (ids[word] ?? word) : word;
}

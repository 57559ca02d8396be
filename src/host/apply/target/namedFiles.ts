/** Finds the files a code block names: on its fence, in the line before it, or in a comment that is its first line. */

export interface NamedFiles {
  /** Names as they were written, with forward slashes. They need not exist. */
  readonly paths: readonly string[];
  /** The {@link paths} that stand in the midst of a sentence or may be something else. Absent if there are no such paths. */
  readonly doubtful?: readonly string[];
  /** The code, without a first line that has only the name. */
  readonly lines: readonly string[];
}

interface Found {
  readonly name: string;
  readonly isDoubtful: boolean;
}

/** Characters of the longest name, and of the longest line one is looked for in. */
const MAX_NAME = 300;
const MAX_LINE = 1000;

/** Any name with an extension, and the names that begin with a dot. Spaces are allowed inside. */
const WITH_EXTENSION = /^[^\p{C}<>"|*?:]*[^\s\p{C}<>"|*?:./\\]\.[\p{L}\p{N}_+-]{1,16}$/u;
const DOT_FILE = /^(?:[^\p{C}<>"|*?:]*[/\\])?\.[\p{L}][\p{L}\p{N}_.-]*$/u;
const WITHOUT_EXTENSION =
  /^(?:[^\p{C}<>"|*?:]*[/\\])?(?:Dockerfile|Containerfile|Makefile|GNUmakefile|Jenkinsfile|Vagrantfile|Procfile|Brewfile|Gemfile|Rakefile|Podfile|Fastfile|Caddyfile|Justfile|justfile|Tiltfile|Pipfile|LICENSE|NOTICE|README|CHANGELOG|CODEOWNERS|AUTHORS|BUILD|WORKSPACE|crontab|hosts)(?:\.[\p{L}\p{N}_-]+)*$/u;
const KNOWN_EXTENSION =
  /\.(?:astro|bash|bat|c|cc|cfg|cjs|clj|cmake|cmd|coffee|conf|cpp|cs|cshtml|csproj|css|csv|cts|cu|cxx|dart|diff|ejs|el|env|erb|erl|ex|exs|fish|fs|gd|glsl|go|gql|gradle|graphql|groovy|h|haml|hbs|hpp|hrl|hs|htm|html|hxx|ini|ipynb|java|jinja|jinja2|jl|js|json|json5|jsonc|jsonl|jsx|kt|kts|less|liquid|lisp|lock|lua|m|markdown|md|mdx|mjs|mk|ml|mm|mts|nim|nix|patch|php|pl|plist|po|prisma|properties|proto|ps1|psm1|pug|py|pyi|r|rake|razor|rb|rs|rst|sass|scala|scm|scss|service|sh|sln|sol|sql|styl|svelte|svg|swift|tcl|tex|tf|tfvars|toml|ts|tsv|tsx|txt|v|vb|vhd|vue|wat|xaml|xhtml|xml|yaml|yml|zig|zsh)$/iu;
/** Names of products, and of what is written with a dot in code. */
const NO_FILE =
  /^(?:(?:node|vue|next|nuxt|react|express|three|d3|chart|backbone|ember|alpine|discord|socket\.io|moment|deno|bun|p5|ember|asp|solid)\.(?:js|ts|net)|(?:process|import\.meta)\.env|(?:res|response|req|request|r|resp)\.json)$/i;

const NAMING_COMMENT = /^(?:\/\/+|#+|--+|;+|%+|\/\*+|<!--|\{\/\*|\(\*|REM\b|')\s*(.*?)\s*(?:\*\/\}?|-->|\*\))?$/i;
const LABEL =
  /^@?(?:(?:in|edit|update|create|new|modify|add|see)\s+)?(?:file\s*(?:name|path)?|path|文件名?|路径|檔案)(?:\s*[:：]\s*|(?<=@file(?:name)?)\s+)/i;
const QUOTED = /`([^`\n]+)`|"([^"\n]+)"|'([^'\n]+)'|“([^”\n]+)”|\*\*([^*\n]+)\*\*/gu;
/** `title="…"`, `file=…`. */
const KEYED =
  /(?:^|[\s{,])(?:title|file|filename|filepath|path|name|src|label)\s*[=:]\s*(?:"([^"]+)"|'([^']+)'|\{?["'`]?([^\s"'`{}]+)["'`]?\}?)/gi;

/** The files that a block with this code is about by its own words. */
export function namedFiles(info: string, before: string, lines: readonly string[]): NamedFiles {
  const onFence = namesOnFence(info.slice(0, MAX_LINE));
  const heading = nameInComment(lines[0] ?? '');
  const found = onFence.length > 0 ? onFence : heading !== undefined ? [heading] : namesInSentence(before.slice(0, MAX_LINE));
  const paths = [...new Set(found.map(({ name }) => name))];
  const doubtful = paths.filter((path) => found.every(({ name, isDoubtful }) => name !== path || isDoubtful));
  return {
    paths,
    ...(doubtful.length === 0 ? {} : { doubtful }),
    lines: heading === undefined || heading.isDoubtful ? lines : lines.slice(1),
  };
}

/** Reads what follows the language: `ts title="src/a.ts"`, `ts:src/a.ts`, `12:20:src/a.ts`, or a name in its place. */
function namesOnFence(info: string): readonly Found[] {
  const keyed = Array.from(info.matchAll(KEYED), ([, ...values]) => values.join('')).filter(isPathWithSlash);
  if (keyed.length > 0) return keyed.map((name) => certain(name));
  const [, language = '', rest = ''] = /^(\S+)\s*(.*)$/u.exec(info) ?? [];
  const [, behindColon] = /^(?:\d+:\d+|[\w+#.-]+):(?!\/\/)(.+)$/u.exec(info) ?? [];
  if (behindColon !== undefined && isPathWithSlash(trimmed(behindColon))) return [certain(trimmed(behindColon))];
  if (isPathWithSlash(trimmed(rest))) return [certain(trimmed(rest))];
  const words = rest
    .split(/[\s"'`*=,;{}<>]+|(?<=\s)[([]|\)(?=\s|$)/u)
    .map(trimmed)
    .filter(isPath);
  if (words.length > 0) return words.map((name) => certain(name));
  const own = trimmed(language);
  // A language may be called like a file.
  if (WITHOUT_EXTENSION.test(own) && !own.includes('/')) return own.includes('.') ? [certain(own)] : [doubtful(own)];
  return isPath(own) && (own.includes('/') || own.includes('\\') || KNOWN_EXTENSION.test(own) || DOT_FILE.test(own)) ? [certain(own)] : [];
}

/** Reads a comment that consists of a name alone. */
function nameInComment(line: string): Found | undefined {
  if (line.length > MAX_NAME || line.startsWith('#!')) return undefined;
  const text = NAMING_COMMENT.exec(line.trim())?.[1];
  if (text === undefined || text === '') return undefined;
  const isLabelled = LABEL.test(text);
  const [quoted] = Array.from(text.matchAll(QUOTED), ([whole, ...values]) =>
    whole === text.replace(LABEL, '') ? values.find(Boolean) : undefined,
  );
  const name = trimmed(quoted ?? text.replace(LABEL, ''));
  if (!isPath(name) || NO_FILE.test(name)) return undefined;
  if (isLabelled || quoted !== undefined) return certain(name);
  // "see main.py" is a comment about a file, and "console.log" one about code.
  return /\s/u.test(name) || !(isSureName(name) || /[/\\]/u.test(name)) ? doubtful(name) : certain(name);
}

/** Names in the line before a block. It may be one, or talk about some. */
function namesInSentence(sentence: string): readonly Found[] {
  const bare = trimmed(sentence.replace(/^[\s>#*-]*(?:\d+[.)]\s*)?/u, '').replace(/[\s*:：]+$/u, '')).replace(LABEL, '');
  const alone = trimmed(bare.replace(/^[`*"']+|[`*"']+$/gu, ''));
  const isQuoted = /^[\s>#-]*(?:\d+[.)]\s*)?[`*"']/u.test(sentence);
  const isOneName = isPath(alone) && !/[`*"]/u.test(alone) && (isQuoted || !/\s/u.test(alone) || LABEL.test(sentence.trim()));
  if (isOneName) return NO_FILE.test(alone) ? [] : [{ name: slashed(alone), isDoubtful: !isQuoted && !isSureName(alone) }];
  const quoted = Array.from(sentence.matchAll(QUOTED), ([, ...values]) => trimmed(values.join('')));
  const words = sentence
    .replace(QUOTED, ' ')
    .split(/[\s"'`*=:,;{}<>，。：；、（）()！？]+/u)
    .map((word) => trimmed(word));
  const names = [...quoted, ...words].filter((name) => isPath(name) && !NO_FILE.test(name));
  const sure = [...new Set(names.filter(isSureName))];
  // "In `src/a.ts`:" tells of the block; "like `a.ts`, it reads `b.ts`" does not.
  const isIntroduced = /[:：]\s*[*_]*$/u.test(sentence.trim()) && sure.length === 1;
  return names.map((name) => ({ name: slashed(name), isDoubtful: !(isIntroduced && name === sure[0]) }));
}

/** Returns true for a file's name that is not written in code with another meaning. */
function isSureName(name: string): boolean {
  // A word such as "hosts" may be a heading.
  const isNamedLikeFile = WITHOUT_EXTENSION.test(name) && /file\b|\.|[/\\]|CODEOWNERS/iu.test(name);
  return (KNOWN_EXTENSION.test(name) && !NO_FILE.test(name)) || isNamedLikeFile || (DOT_FILE.test(name) && name.length > 3);
}

function isPath(name: string): boolean {
  return name.length <= MAX_NAME && !/^\.{2,}$|^\d+(?:\.\d+)+$|\/\/|\.\.\.$/u.test(name) && isNamePattern(name);
}

function isNamePattern(name: string): boolean {
  const path = name.replace(/^[A-Za-z]:(?=[\\/])/, '');
  return WITH_EXTENSION.test(path) || DOT_FILE.test(path) || WITHOUT_EXTENSION.test(path);
}

/** Accepts a path without an extension as well, such as `bin/run`. Used on a fence. */
function isPathWithSlash(name: string): boolean {
  return isPath(name) || (name.length <= MAX_NAME && /^[^\s\p{C}<>"|*?:]+[/\\][^\s\p{C}<>"|*?:/\\]+$/u.test(name) && !name.includes('//'));
}

/** Removes the signs around a name that are not part of it. Brackets are part of `[slug]/page.tsx` and of `(group)/page.tsx`. */
function trimmed(word: string): string {
  let name = word
    .trim()
    .replace(/^[`'"*,;:!]+(?=\S)|[`'"*,;:!?。，]+$/gu, '')
    .replace(/^_([^_].*)_$/u, '$1')
    .trim();
  for (const [open, close] of ['()', '[]', '<>', '（）', '【】']) {
    if (open === undefined || close === undefined) continue;
    if (name.startsWith(open) && (name.endsWith(close) || !name.includes(close))) name = name.slice(1);
    if (name.endsWith(close) && !name.includes(open)) name = name.slice(0, -1);
    if (name.endsWith(`${close}.`) && !name.includes(open)) name = name.slice(0, -2);
  }
  return name.replace(/(?<=[^.])\.$/u, '').trim();
}

function certain(name: string): Found {
  return { name: slashed(name), isDoubtful: false };
}

function doubtful(name: string): Found {
  return { name: slashed(name), isDoubtful: true };
}

function slashed(name: string): string {
  return name.replaceAll('\\', '/');
}

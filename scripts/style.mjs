/**
 * `node scripts/style.mjs [--update] [folder]`: measures the language of a clone's source, by default this one, and holds it to docs/style.md.
 *
 * Method, which stays fixed so that figures can be compared: every .ts file of src and webview is parsed by TypeScript's own parser.
 * A doc comment is a `/**` comment. A function is a function declaration, a method, or a constant that holds an arrow function or function
 * expression. Comment characters are those of all comments, the share is that of the files' characters. scripts/style.json holds the aims,
 * the baseline, and which figures have reached their aim. A figure that reached it must not leave it again; `--update` records new ones.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import { readJson } from './lib/cache.mjs';
import { root as ownRoot } from './lib/paths.mjs';
import { fail } from './lib/progress.mjs';

const [folder] = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
/** The clone that is measured. */
const root = path.resolve(folder ?? ownRoot);

/**
 * @typedef {object} Aim
 * @property {string} what the figure as a reader understands it
 * @property {number} [max]
 * @property {number} [min]
 *
 * @typedef {object} StyleFile
 * @property {Record<string, Aim>} aims
 * @property {{date: string, commit: string, figures: Record<string, number>}} baseline
 * @property {string[]} reached names of figures that have reached their aim
 */

const FRAGMENT = /^(?:What|Whether|Who|Whose|Which|Where|Why|How|When|Of|As|From|By|Has|In|At|Nothing|Nobody|Those|The same)\b/;
const NEGATION = /\b(?:nobody|none|nothing|is no|are no)\b/i;
/** First words of the names of functions that act, and the prefixes of predicates and conversions. */
const VERBS = new Set(
  `accept acquire add align announce answer apply arrive ask assert attach await begin bind bound build calibrate call cancel change check choose
  claim clamp classify clean clear clone close collapse collect compare complete compose compute configure confirm connect consume contains
  continue convert copy count create cut decide decode decrypt defer delete demote derive describe detach detect determine dispose divide
  download draft drain draw drop edit emit enable encode end ensure enter equals erase escape estimate evaluate evict examine exclude execute
  exists expand expect explain export extend extract fail fetch fill filter find finish fire fit fix flatten flush focus follow forget fork
  format free gather generate get give go grant group guard guess handle has hash hide highlight hold identify ignore import includes indent
  index init initialize insert inspect install intersect invalidate invoke is join keep kill leave lex limit link list listen load locate lock
  log look make map mark match matches may measure merge migrate morph move must name narrow needs normalize note notify observe offer on open
  order pad paint park parse pass patch pause persist pick pin place plan play poll pop post predict prefer prepare press print probe process
  prompt propose provide prune publish push put query queue quote raise rank react read rebuild receive recognize recommend record recover
  reduce refresh refuse register reject release reload remember remove rename render repeat replace report request require reset resize resolve
  respond restart restore resume retrieve retry return reuse reveal reverse revert review rewrite rotate run sample sanitize save scan schedule
  score scroll search seek select send serialize serve set settle share shorten should show shrink shuffle shut signal skip sleep slice snooze
  sort spawn split start starts stop store stream strip subscribe suggest sum summarize supports suspend swap sweep switch sync take tell test
  throttle throw to toggle tokenize touch trace track transform translate traverse trim truncate try undo unescape unload unlock unpin unquote
  update upgrade upload use validate verify visit wait wake walk warm warn was watch widen will wrap write yield`.split(/\s+/),
);

/** @returns {Promise<string[]>} */
async function listFiles() {
  const found = await Promise.all(
    ['src', 'webview'].map(async (top) =>
      (await readdir(path.join(root, top), { recursive: true }))
        .map((name) => path.join(top, name))
        .filter((name) => /(?<!\.d)\.ts$/.test(name)),
    ),
  );
  return found.flat().sort();
}

/**
 * @param {string} text
 * @returns {string[]} every comment, as it is written
 */
function readComments(text) {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, false, ts.LanguageVariant.Standard, text);
  const comments = [];
  /**
   * Whether each open brace belongs to a template literal. Those are scanned again from their `}`, as the parser does.
   * @type {boolean[]}
   */
  const braces = [];
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    if (kind === ts.SyntaxKind.SingleLineCommentTrivia || kind === ts.SyntaxKind.MultiLineCommentTrivia)
      comments.push(scanner.getTokenText());
    else if (kind === ts.SyntaxKind.TemplateHead) braces.push(true);
    else if (kind === ts.SyntaxKind.OpenBraceToken) braces.push(false);
    else if (
      kind === ts.SyntaxKind.CloseBraceToken &&
      braces.pop() === true &&
      scanner.reScanTemplateToken(false) === ts.SyntaxKind.TemplateMiddle
    )
      braces.push(true);
    else if (kind === ts.SyntaxKind.SlashToken || kind === ts.SyntaxKind.SlashEqualsToken) scanner.reScanSlashToken();
  }
  return comments;
}

/**
 * @param {ts.SourceFile} source
 * @returns {string[]} names of functions
 */
function readFunctionNames(source) {
  /** @type {string[]} */
  const names = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    const isFunction =
      ts.isFunctionDeclaration(node) ||
      ts.isMethodDeclaration(node) ||
      (ts.isVariableDeclaration(node) && node.initializer !== undefined && ts.isFunctionLike(node.initializer));
    if (isFunction && node.name !== undefined && ts.isIdentifier(node.name)) names.push(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

/** @param {string} name */
function startsWithVerb(name) {
  return VERBS.has(/^[a-z]+/.exec(name)?.[0] ?? '');
}

/** @param {string} comment */
function readDoc(comment) {
  return comment
    .slice(3, -2)
    .replace(/^\s*\*\s?/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** @returns {Promise<Record<string, number>>} percentages to a tenth, and the size of the largest folder */
async function measure() {
  const files = await listFiles();
  const docs = [];
  const names = [];
  let characters = 0;
  let commentCharacters = 0;
  /** @type {Map<string, number>} */
  const bases = new Map();
  /** @type {Map<string, number>} */
  const folders = new Map();
  for (const file of files) {
    const text = await readFile(path.join(root, file), 'utf8');
    const comments = readComments(text);
    docs.push(...comments.filter((comment) => comment.startsWith('/**')).map(readDoc));
    names.push(...readFunctionNames(ts.createSourceFile(file, text, ts.ScriptTarget.Latest)));
    characters += text.length;
    commentCharacters += comments.reduce((sum, { length }) => sum + length, 0);
    for (const [counts, key] of /** @type {const} */ ([
      [bases, path.basename(file)],
      [folders, path.dirname(file)],
    ]))
      counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  /** @type {(part: number, whole: number) => number} */
  const share = (part, whole) => Math.round((1000 * part) / whole) / 10;
  const shared = [...bases.values()].filter((count) => count > 1).reduce((sum, count) => sum + count, 0);
  return {
    fragmentOpenings: share(docs.filter((doc) => FRAGMENT.test(doc)).length, docs.length),
    semicolons: share(docs.filter((doc) => doc.includes(';')).length, docs.length),
    negations: share(docs.filter((doc) => NEGATION.test(doc)).length, docs.length),
    verbFirst: share(names.filter(startsWithVerb).length, names.length),
    endsInOf: share(names.filter((name) => /[a-z]Of$/.test(name)).length, names.length),
    sharedBaseNames: share(shared, files.length),
    commentShare: share(commentCharacters, characters),
    largestFolder: Math.max(...folders.values()),
  };
}

/** @param {Aim} aim @param {number} figure */
function isReached({ max = Infinity, min = -Infinity }, figure) {
  return figure <= max && figure >= min;
}

async function main() {
  const file = path.join(ownRoot, 'scripts', 'style.json');
  const style = /** @type {StyleFile} */ (await readJson(file));
  const figures = await measure();
  const problems = [];
  for (const [name, aim] of Object.entries(style.aims)) {
    const figure = figures[name] ?? NaN;
    const holds = isReached(aim, figure);
    const bound = aim.max === undefined ? `at least ${String(aim.min)}` : `at most ${String(aim.max)}`;
    process.stdout.write(
      `${holds ? 'reached' : 'open   '}  ${aim.what}: ${String(figure)} (${bound}; baseline ${String(style.baseline.figures[name])})\n`,
    );
    if (!holds && style.reached.includes(name)) problems.push(`${aim.what}: ${String(figure)} left its aim, ${bound}.`);
    if (holds && !style.reached.includes(name)) style.reached.push(name);
  }
  if (process.argv.includes('--update')) {
    style.reached.sort();
    await writeFile(file, await format(JSON.stringify(style, undefined, 2), { ...(await resolveConfig(file)), filepath: file }));
  }
  if (problems.length > 0) throw new Error(`The language has become worse; see docs/style.md.\n${problems.join('\n')}`);
}

await main().catch(fail);

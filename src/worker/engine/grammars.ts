import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Language, Parser } from '@vscode/tree-sitter-wasm';

/** tree-sitter's grammars by VS Code's language ids. C is read by C++'s, JSX by JavaScript's. */
const grammarNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    bash: 'shellscript',
    'c-sharp': 'csharp',
    cpp: 'c cpp',
    css: 'css',
    go: 'go',
    java: 'java',
    javascript: 'javascript javascriptreact',
    php: 'php',
    powershell: 'powershell',
    python: 'python',
    ruby: 'ruby',
    rust: 'rust',
    tsx: 'typescriptreact',
    typescript: 'typescript',
  }).flatMap(([grammar, languages]) => languages.split(' ').map((language) => [language, grammar] as const)),
);

/** Parsers by language, each loaded when it is first wanted. */
export class Grammars {
  private runtime: Promise<void> | undefined;
  private readonly parsers = new Map<string, Promise<Parser | undefined>>();

  /**
   * The parser of a language by VS Code's id; `undefined` where there is none. Never rejects.
   * @param onFailure told once of a grammar that cannot be loaded: there is no syntax for its language then, and ghost text goes on
   */
  parserOf(language: string, onFailure: (message: string) => void): Promise<Parser | undefined> {
    const name = grammarNames.get(language);
    if (name === undefined) return Promise.resolve(undefined);
    const known = this.parsers.get(name);
    if (known) return known;
    const loading = this.load(name).catch((error: unknown) => {
      onFailure(`the grammar ${name} cannot be loaded: ${String(error)}`);
      return undefined;
    });
    this.parsers.set(name, loading);
    return loading;
  }

  private async load(name: string): Promise<Parser> {
    this.runtime ??= Parser.init();
    await this.runtime;
    const file = createRequire(import.meta.url).resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${name}.wasm`);
    const parser = new Parser();
    parser.setLanguage(await Language.load(await readFile(file)));
    return parser;
  }
}

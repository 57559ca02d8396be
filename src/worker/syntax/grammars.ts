import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type * as TreeSitter from '@vscode/tree-sitter-wasm';

type Parser = TreeSitter.Parser;

const requireHere = createRequire(import.meta.url);

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
    // A CommonJS module whose exports Node.js cannot tell by name.
    const library = requireHere('@vscode/tree-sitter-wasm') as typeof TreeSitter;
    this.runtime ??= library.Parser.init();
    await this.runtime;
    const parser = new library.Parser();
    parser.setLanguage(
      await library.Language.load(await readFile(requireHere.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${name}.wasm`))),
    );
    return parser;
  }
}

/** Knows the files that make a tool run commands, or tell an assistant what to do, once they are written. */

/** The tool that runs what such a file says. */
export type Runner = 'editor' | 'ci' | 'packageManager' | 'shell' | 'git' | 'build' | 'assistant';

/** Paths in lower case with forward slashes, from a folder of the workspace on. The first one that fits counts. */
const RUNNERS: readonly (readonly [Runner, RegExp])[] = [
  ['assistant', /(?:^|\/)(?:agents|claude|gemini|copilot-instructions)(?:\.local)?\.md$/],
  ['assistant', /(?:^|\/)\.(?:cursorrules|clinerules|windsurfrules|roorules|roomodes|aider\.conf\.ya?ml|mcp\.json)$/],
  ['assistant', /(?:^|\/)\.(?:claude|cursor|clinerules|roo|continue|gemini|windsurf|aider|codex)\//],
  [
    'assistant',
    /(?:^|\/)\.github\/(?:instructions|prompts|chatmodes|agents|skills)\/|\.(?:instructions|prompt|chatmode|agent)\.md$|(?:^|\/)mcp\.json$/,
  ],
  [
    'editor',
    /(?:^|\/)\.(?:vscode|idea|vs|zed|fleet|nova|devcontainer)\/|(?:^|\/)\.devcontainer\.json$|\.code-workspace$|(?:^|\/)(?:\.exrc|\.nvimrc|\.nvim\.lua|\.vimrc|\.dir-locals\.el)$/,
  ],
  ['ci', /(?:^|\/)\.(?:github|gitea|forgejo)\/(?:workflows|actions)\//],
  ['ci', /(?:^|\/)\.(?:circleci|buildkite|woodpecker|semaphore|teamcity|azure-pipelines|gitlab)\//],
  [
    'ci',
    /(?:^|\/)(?:\.gitlab-ci|\.travis|\.drone|\.woodpecker|\.cirrus|azure-pipelines|bitbucket-pipelines|appveyor|\.appveyor|cloudbuild|buildspec|codemagic|wercker)(?:\.[\w-]+)*\.ya?ml$/,
  ],
  ['ci', /(?:^|\/)(?:jenkinsfile|\.github\/dependabot\.ya?ml|action\.ya?ml)$/],
  [
    'git',
    /(?:^|\/)(?:\.git|\.githooks|\.husky|\.lefthook)(?:\/|$)|(?:^|\/)(?:\.gitconfig|\.gitmodules|\.gitattributes|\.pre-commit-config\.ya?ml|\.?lefthook(?:-local)?\.ya?ml|\.lintstagedrc[\w.]*|\.huskyrc[\w.]*)$/,
  ],
  ['shell', /\.(?:sh|bash|zsh|fish|ksh|csh|command|ps1|psm1|psd1|bat|cmd|vbs|desktop|service)$/],
  [
    'shell',
    /(?:^|\/)\.(?:envrc|direnvrc|profile|bashrc|bash_profile|bash_login|bash_logout|bash_aliases|zshrc|zshenv|zprofile|zlogin|kshrc|cshrc|inputrc|tool-versions|mise\.toml)$/,
  ],
  [
    'packageManager',
    /(?:^|\/)(?:package\.json|\.npmrc|\.yarnrc(?:\.yml)?|\.pnpmfile\.c?js|pnpm-workspace\.yaml|bunfig\.toml|composer\.json|deno\.jsonc?|pyproject\.toml|setup\.py|setup\.cfg|conftest\.py|sitecustomize\.py|tox\.ini|noxfile\.py|gemfile|[\w-]+\.gemspec|mix\.exs|build\.rs|\.cargo\/config(?:\.toml)?|nuget\.config|directory\.build\.(?:props|targets))$/,
  ],
  [
    'build',
    /(?:^|\/)(?:(?:gnu)?makefile|cmakelists\.txt|\.?justfile|taskfile\.ya?ml|rakefile|(?:build|settings|init)\.gradle(?:\.kts)?|gradlew|mvnw|pom\.xml|gulpfile\.\w+|gruntfile\.\w+|tiltfile|earthfile|vagrantfile|dockerfile(?:\.[\w.-]+)?|containerfile|(?:docker-)?compose(?:\.[\w-]+)*\.ya?ml|build\.xml|sconstruct|wscript|meson\.build|build(?:\.bazel)?|workspace(?:\.bazel)?)$|\.mk$/,
  ],
];

/** Characters of a file's beginning that can say by what it is run. */
const MAX_HEAD = 200;

/** Finds the tool that would run the file at `path` with this text. Most files have no such tool. */
export function findRunner(path: string, text: string): Runner | undefined {
  const name = path.replaceAll('\\', '/').toLowerCase();
  const found = RUNNERS.find(([, pattern]) => pattern.test(name))?.[0];
  return found ?? (/^\uFEFF?#!/.test(text.slice(0, MAX_HEAD)) ? 'shell' : undefined);
}

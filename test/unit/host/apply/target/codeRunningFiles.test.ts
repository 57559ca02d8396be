import { describe, expect, it } from 'vitest';
import { findRunner } from '../../../../../src/host/apply/target/codeRunningFiles';

describe('a file that makes a tool run commands', () => {
  it.each([
    [
      'editor',
      [
        '.vscode/settings.json',
        '.vscode/tasks.json',
        'a/.VSCode/launch.json',
        '.devcontainer/devcontainer.json',
        '.devcontainer.json',
        'x.code-workspace',
        '.idea/workspace.xml',
      ],
    ],
    [
      'ci',
      [
        '.github/workflows/x.yml',
        '.github/actions/a/action.yml',
        '.gitlab-ci.yml',
        '.circleci/config.yml',
        'Jenkinsfile',
        'azure-pipelines.yml',
        'azure-pipelines.release.yaml',
        '.travis.yml',
        'bitbucket-pipelines.yml',
      ],
    ],
    [
      'packageManager',
      [
        'package.json',
        'packages/a/package.json',
        '.npmrc',
        '.yarnrc.yml',
        'composer.json',
        'setup.py',
        'pyproject.toml',
        'conftest.py',
        'crates/a/build.rs',
        '.cargo/config.toml',
      ],
    ],
    ['shell', ['run.sh', 'bin/Deploy.PS1', 'a.bat', 'a.cmd', '.envrc', 'home/.bashrc', '.zshenv', '.profile']],
    [
      'git',
      [
        '.git/hooks/pre-commit',
        '.git/config',
        '.husky/pre-push',
        '.githooks/post-checkout',
        '.pre-commit-config.yaml',
        'lefthook.yml',
        '.gitattributes',
        '.gitmodules',
      ],
    ],
    [
      'build',
      [
        'Makefile',
        'sub/GNUmakefile',
        'rules.mk',
        'CMakeLists.txt',
        'Justfile',
        'build.gradle',
        'build.gradle.kts',
        'Rakefile',
        'gulpfile.mjs',
        'Dockerfile',
        'docker-compose.yml',
      ],
    ],
    [
      'assistant',
      [
        'AGENTS.md',
        'docs/CLAUDE.md',
        '.cursorrules',
        '.clinerules',
        '.github/copilot-instructions.md',
        '.github/prompts/a.prompt.md',
        '.cursor/rules/a.mdc',
        '.mcp.json',
        'GEMINI.md',
      ],
    ],
  ] as const)('is known: %s', (runner, paths) => {
    for (const path of paths) {
      expect(findRunner(path, ''), path).toBe(runner);
      expect(findRunner(`web/${path}`, ''), path).toBe(runner);
      expect(findRunner(path.replaceAll('/', '\\'), ''), path).toBe(runner);
    }
  });

  it('may be any that says so in its first line', () => {
    expect(findRunner('bin/run', '#!/bin/sh\nrm x')).toBe('shell');
    expect(findRunner('bin/run', '\uFEFF#!/usr/bin/env node')).toBe('shell');
  });

  it.each([
    'src/settings.json',
    'src/index.ts',
    'x.yml',
    'src/package.ts',
    'docs/agents.txt',
    'README.md',
    'src/vscode/a.ts',
    'makefile.md',
    'a.shx',
    'src/git/config.ts',
    'notmakefile',
  ])('is not one that waits until somebody runs it: %s', (path) => {
    expect(findRunner(path, 'text')).toBeUndefined();
  });
});

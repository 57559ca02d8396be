import path from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        resolve: {
          alias: {
            vscode: path.resolve(import.meta.dirname, 'test/fixtures/vscode/vscodeModule.ts'),
            '@vscode/webview-ui-toolkit': path.resolve(import.meta.dirname, 'test/fixtures/webviewToolkit.ts'),
          },
        },
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          setupFiles: 'test/fixtures/vscode/resetBeforeEach.ts',
          pool: 'forks',
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'model',
          include: ['test/model/**/*.test.ts'],
          globalSetup: 'test/model/globalSetup.mjs',
          pool: 'forks',
          // Each file runs a model; two at once would fight for the same cores.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      { test: { name: 'packages', include: ['test/packages/**/*.test.ts'], pool: 'forks', testTimeout: 120_000, hookTimeout: 120_000 } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: ['test/e2e/offline.test.ts'],
          pool: 'forks',
          // Each file starts a VS Code and a model.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      { test: { name: 'offline', include: ['test/e2e/offline.test.ts'], pool: 'forks', testTimeout: 180_000, hookTimeout: 180_000 } },
    ],
  },
});

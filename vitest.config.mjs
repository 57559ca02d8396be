import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], pool: 'forks', testTimeout: 20_000, hookTimeout: 20_000 } },
      {
        test: {
          name: 'model',
          include: ['test/model/**/*.test.ts'],
          pool: 'forks',
          // Each file runs a model; two at once would fight for the same cores.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});

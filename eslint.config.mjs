import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** docs/architecture.md says which layer may import what; here stand the two packages that only one folder may know. */
const vscode = { name: 'vscode', message: 'Only src/host and src/extension.ts know VS Code.' };
const llama = { name: 'node-llama-cpp', message: 'Only src/worker/model and src/worker/session know node-llama-cpp.' };

/** Every element becomes an argument on the stack: from about 120,000 on, this throws a RangeError. */
const spreads = ['push', 'unshift', 'splice', 'max', 'min', 'fromCharCode', 'fromCodePoint'].map((name) => ({
  selector: `CallExpression[callee.property.name='${name}'] > SpreadElement`,
  message: 'A list of any length throws here. Use append, largest or smallest of src/util/lists.ts.',
}));

export default defineConfig(
  globalIgnores(['dist/', 'out/', 'node_modules/', 'docs/images/', 'test/fixtures/workspace/']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', 500],
      'max-lines-per-function': ['error', 80],
      'no-restricted-imports': ['error', { paths: [vscode, llama] }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // A number in a template reads as anybody expects.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // tsconfig's noPropertyAccessFromIndexSignature wants the brackets.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
    },
  },
  { files: ['src/**', 'webview/**'], rules: { 'no-console': 'error', 'no-restricted-syntax': ['error', ...spreads] } },
  { files: ['src/host/**', 'src/extension.ts'], rules: { 'no-restricted-imports': ['error', { paths: [llama] }] } },
  { files: ['src/worker/model/**', 'src/worker/session/**'], rules: { 'no-restricted-imports': ['error', { paths: [vscode] }] } },
  { files: ['test/fixtures/**', 'test/model/**', 'test/bench/**'], rules: { 'no-restricted-imports': ['error', { paths: [vscode] }] } },
  // The fakes of VS Code have its types, and never load it.
  { files: ['test/fixtures/vscode/vscodeApiTypes.ts'], rules: { 'no-restricted-imports': ['error', { paths: [llama] }] } },
  { files: ['test/integration/**'], rules: { 'no-restricted-imports': ['error', { paths: [llama] }] } },
  // A describe block is a list of tests, not a function somebody has to follow.
  { files: ['test/**/*.test.ts'], rules: { 'max-lines-per-function': 'off' } },
  {
    files: ['**/*.mjs'],
    // TypeScript checks these by scripts/tsconfig.json, and knows what Node defines.
    rules: { 'no-undef': 'off' },
  },
  // What no tsconfig covers is only looked at as text.
  { files: ['*.config.mjs', 'test/**/*.mjs', '**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
  { files: ['*.config.mjs', 'test/**/*.mjs', '**/*.js'], languageOptions: { parserOptions: { projectService: false } } },
);

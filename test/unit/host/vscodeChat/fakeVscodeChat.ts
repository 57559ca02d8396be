/** VS Code for the tests with a real model, which mock it by this file. */
export * from '../../../fixtures/vscode/vscodeModule';

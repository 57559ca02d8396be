/** VS Code with its chat, for `vi.mock('vscode')`: what the fixture has, and what is only needed here. */
import { Document, fakeVscode, Uri as FixtureUri, type Range as FixtureRange } from '../../../fixtures/vscode/fakeVscode';

export { scene } from '../../../fixtures/vscode/fakeVscode';
export const { Position, Range, DiagnosticSeverity, SymbolKind, commands, env, l10n, languages, window } = fakeVscode;

export class LanguageModelError extends Error {
  override readonly name = 'LanguageModelError';
  constructor(
    message?: string,
    readonly code = '',
  ) {
    super(message);
  }

  static NotFound(message?: string): LanguageModelError {
    return new LanguageModelError(message, 'NotFound');
  }
}

export class LanguageModelTextPart {
  constructor(readonly value: string) {}
}

export class ChatResponseMarkdownPart {
  readonly value: { readonly value: string };
  constructor(value: string) {
    this.value = { value };
  }
}

export class Uri extends FixtureUri {
  static joinPath(base: Uri, ...parts: readonly string[]): Uri {
    return new Uri([base.path, ...parts].join('/'));
  }
}

export class Location {
  constructor(
    readonly uri: Uri,
    readonly range: FixtureRange,
  ) {}
}

export class ValidatingDocument extends Document {
  validateRange(range: FixtureRange): FixtureRange {
    return range;
  }
}

/** The files of the workspace, by their paths; a test changes them. */
export const files = new Map<string, string>();

export const workspace = {
  ...fakeVscode.workspace,
  openTextDocument(uri: Uri): Promise<ValidatingDocument> {
    const text = files.get(uri.path);
    return text === undefined
      ? Promise.reject(new Error(`cannot open ${uri.path}`))
      : Promise.resolve(new ValidatingDocument(text, 'python', uri.path));
  },
};

/** What was registered, as VS Code would call it. */
export const registry = {
  providers: new Map<string, unknown>(),
  participants: new Map<string, unknown>(),
};

export const lm = {
  registerLanguageModelChatProvider(vendor: string, provider: unknown): { dispose(): void } {
    registry.providers.set(vendor, provider);
    return { dispose: () => void registry.providers.delete(vendor) };
  },
};

export const chat = {
  createChatParticipant(id: string): { dispose(): void; iconPath?: unknown; followupProvider?: unknown } {
    const participant = { dispose: () => void registry.participants.delete(id) };
    registry.participants.set(id, participant);
    return participant;
  },
};

export const Disposable = {
  from: (...all: readonly { dispose(): void }[]) => ({
    dispose: () => {
      for (const one of all) one.dispose();
    },
  }),
};

export const LanguageModelChatToolMode = { Auto: 1, Required: 2 };

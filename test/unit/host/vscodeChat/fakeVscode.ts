/** As much of VS Code as its chat needs. Given to `vi.mock('vscode')`. */

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

export class Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}
}

export class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(startLine: number, startCharacter: number, endLine: number, endCharacter: number) {
    this.start = new Position(startLine, startCharacter);
    this.end = new Position(endLine, endCharacter);
  }

  get isEmpty(): boolean {
    return this.start.line === this.end.line && this.start.character === this.end.character;
  }
}

export class Uri {
  constructor(readonly path: string) {}

  static joinPath(base: Uri, ...parts: readonly string[]): Uri {
    return new Uri([base.path, ...parts].join('/'));
  }
}

export class Location {
  constructor(
    readonly uri: Uri,
    readonly range: Range,
  ) {}
}

export class FakeDocument {
  readonly languageId = 'python';
  private readonly lines: readonly string[];

  constructor(
    readonly uri: Uri,
    private readonly text: string,
  ) {
    this.lines = text.split('\n');
  }

  getText(range?: Range): string {
    if (range === undefined) return this.text;
    const lines = this.lines.slice(range.start.line, range.end.line + 1);
    return lines.join('\n');
  }

  lineAt(line: number): { readonly range: Range } {
    return { range: new Range(line, 0, line, (this.lines[line] ?? '').length) };
  }

  validateRange(range: Range): Range {
    return range;
  }
}

/** The files of the workspace, by their paths; a test changes them. */
export const files = new Map<string, string>();

interface Editor {
  readonly document: FakeDocument;
  readonly selection: Range;
  readonly visibleRanges: readonly Range[];
}

export const window: { activeTextEditor: Editor | undefined } = { activeTextEditor: undefined };

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
export const env = { language: 'en' };

export const l10n = {
  t: (text: string, ...values: readonly unknown[]) => text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)])),
};

export const workspace = {
  asRelativePath: (uri: Uri) => uri.path.replace(/^\/project\//, ''),
  openTextDocument(uri: Uri): Promise<FakeDocument> {
    const text = files.get(uri.path);
    return text === undefined ? Promise.reject(new Error(`cannot open ${uri.path}`)) : Promise.resolve(new FakeDocument(uri, text));
  },
};

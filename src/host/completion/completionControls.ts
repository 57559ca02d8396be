import { Emitter, type Disposable } from '../../util/event';

/** Why ghost text does not come by itself: turned off altogether, for the language, or for a while. */
export type OffReason = 'off' | 'languageOff' | 'snoozed';

/** What of the settings decides where ghost text comes by itself. */
export interface GhostSettings {
  readonly enabled: boolean;
  /** By VS Code language id; `*` stands for all that are not named. */
  readonly languages: Readonly<Record<string, boolean>>;
}

/** Whether ghost text is on for a language, whatever the switch for all says. */
export function isOnForLanguage(languages: GhostSettings['languages'], language: string): boolean {
  // A language's id comes from an extension: it may be the name of what every object has.
  const own = Object.hasOwn(languages, language) ? languages[language] : languages['*'];
  return own ?? true;
}

/** Where ghost text comes by itself, and until when it does not. A snooze ends with the window. */
export class GhostControls implements Disposable {
  private until: number | undefined;
  private timer: NodeJS.Timeout | undefined;
  private readonly emitter = new Emitter<undefined>();

  /** Fires when a snooze begins or ends. */
  readonly onDidChange = this.emitter.event;

  constructor(
    private readonly settings: () => GhostSettings,
    private readonly now: () => number = Date.now,
  ) {}

  /** Why none comes by itself in a document of this language; `undefined` where it does. */
  offReason(language: string): OffReason | undefined {
    const { enabled, languages } = this.settings();
    if (!enabled) return 'off';
    if (this.snoozedUntil !== undefined) return 'snoozed';
    return isOnForLanguage(languages, language) ? undefined : 'languageOff';
  }

  /** When the snooze ends, in milliseconds since 1970. */
  get snoozedUntil(): number | undefined {
    return this.until !== undefined && this.now() < this.until ? this.until : undefined;
  }

  snooze(milliseconds: number): void {
    clearTimeout(this.timer);
    this.until = this.now() + milliseconds;
    // A clock that was set back, or a laptop that slept, ends it a little later or earlier; `snoozedUntil` goes by the clock.
    this.timer = setTimeout(() => {
      this.wake();
    }, milliseconds);
    this.emitter.fire(undefined);
  }

  wake(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.until === undefined) return;
    this.until = undefined;
    this.emitter.fire(undefined);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.emitter.dispose();
  }
}

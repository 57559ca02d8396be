import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GhostControls, isOnForLanguage } from '../../../../src/host/completion/completionControls';

describe('isOnForLanguage', () => {
  it.each([
    ['nothing is said', {}, true],
    ['all are on', { '*': true }, true],
    ['all are off', { '*': false }, false],
    ['it is on among others that are off', { '*': false, python: true }, true],
    ['it is off among others that are on', { '*': true, python: false }, false],
  ])('where %s', (_, languages, expected) => {
    expect(isOnForLanguage(languages, 'python')).toBe(expected);
  });

  it('does not take a language for an inherited property of an object', () => {
    expect(isOnForLanguage({}, 'constructor')).toBe(true);
  });
});

describe('GhostControls', () => {
  let settings: { enabled: boolean; languages: Record<string, boolean> };
  let controls: GhostControls;
  let changes: number;

  beforeEach(() => {
    vi.useFakeTimers();
    settings = { enabled: true, languages: { markdown: false } };
    controls = new GhostControls(() => settings);
    changes = 0;
    controls.onDidChange(() => changes++);
  });
  afterEach(() => {
    controls.dispose();
    vi.useRealTimers();
  });

  it('returns the widest switch that is off', () => {
    expect(controls.offReason('go')).toBeUndefined();
    expect(controls.offReason('markdown')).toBe('languageOff');
    controls.snooze(1000);
    expect(controls.offReason('markdown')).toBe('snoozed');
    settings.enabled = false;
    expect(controls.offReason('markdown')).toBe('off');
  });

  it('snoozes until the time is over and fires a change', () => {
    controls.snooze(60_000);
    expect(controls.snoozedUntil).toBe(Date.now() + 60_000);
    vi.advanceTimersByTime(59_999);
    expect(controls.offReason('go')).toBe('snoozed');
    vi.advanceTimersByTime(1);
    expect(controls.offReason('go')).toBeUndefined();
    expect(changes).toBe(2);
  });

  it('uses the clock when the timer is late, as after the machine slept', () => {
    controls.snooze(60_000);
    vi.setSystemTime(Date.now() + 3_600_000);
    expect(controls.offReason('go')).toBeUndefined();
  });

  it('ends a snooze early, once', () => {
    controls.snooze(60_000);
    controls.wake();
    controls.wake();
    vi.advanceTimersByTime(60_000);
    expect(controls.offReason('go')).toBeUndefined();
    expect(changes).toBe(2);
  });

  it('restarts the snooze at the latest request', () => {
    controls.snooze(1000);
    vi.advanceTimersByTime(900);
    controls.snooze(1000);
    vi.advanceTimersByTime(900);
    expect(controls.offReason('go')).toBe('snoozed');
  });
});

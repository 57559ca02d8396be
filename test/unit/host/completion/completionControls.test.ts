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

  it('takes no language for a property of every object', () => {
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

  it('names the switch that is off, the widest first', () => {
    expect(controls.offReason('go')).toBeUndefined();
    expect(controls.offReason('markdown')).toBe('languageOff');
    controls.snooze(1000);
    expect(controls.offReason('markdown')).toBe('snoozed');
    settings.enabled = false;
    expect(controls.offReason('markdown')).toBe('off');
  });

  it('snoozes until its time is over, and says so', () => {
    controls.snooze(60_000);
    expect(controls.snoozedUntil).toBe(Date.now() + 60_000);
    vi.advanceTimersByTime(59_999);
    expect(controls.offReason('go')).toBe('snoozed');
    vi.advanceTimersByTime(1);
    expect(controls.offReason('go')).toBeUndefined();
    expect(changes).toBe(2);
  });

  it('goes by the clock where the timer is late, as after a sleep of the machine', () => {
    controls.snooze(60_000);
    vi.setSystemTime(Date.now() + 3_600_000);
    expect(controls.offReason('go')).toBeUndefined();
  });

  it('is woken before its time, once', () => {
    controls.snooze(60_000);
    controls.wake();
    controls.wake();
    vi.advanceTimersByTime(60_000);
    expect(controls.offReason('go')).toBeUndefined();
    expect(changes).toBe(2);
  });

  it('snoozes anew from the last time it was told', () => {
    controls.snooze(1000);
    vi.advanceTimersByTime(900);
    controls.snooze(1000);
    vi.advanceTimersByTime(900);
    expect(controls.offReason('go')).toBe('snoozed');
  });
});

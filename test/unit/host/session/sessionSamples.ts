import type { SessionView } from '../../../../src/contract/sessionFacts';

/** A session in the middle of a day's work. */
export const sampleView: SessionView = {
  lanes: [
    { id: 0, role: 'completion', subject: 'src/web/inventory.ts', tokens: 512, capacity: 4095, busy: false },
    { id: 1, role: 'chat', subject: 'c-1', tokens: 2048, capacity: 4095, busy: true },
    { id: 2, role: 'chat', tokens: 0, capacity: 4095, busy: false },
  ],
  parked: [
    { role: 'chat', subject: 'c-2', own: true, tokens: 1000, bytes: 524e6, place: 'disk' },
    { role: 'completion', subject: 'main.py', own: true, tokens: 300, bytes: 157e6, place: 'memory' },
    { role: 'chat', subject: 'c-9', own: false, tokens: 4000, bytes: 2.1e9, place: 'disk' },
  ],
  totals: {
    promptTokens: 10_000,
    reusedTokens: 9299,
    prefillTokens: 600,
    warmTokens: 101,
    decodedTokens: 900,
    refutedTokens: 0,
    confirmedTokens: 0,
    copiedTokens: 0,
    parkedTokens: 1300,
    restoredTokens: 0,
  },
  prefillTokensPerSecond: 40,
  answers: [
    { role: 'chat', prefillTokensPerSecond: 38.4, decodeTokensPerSecond: 11.8 },
    { role: 'completion', prefillTokensPerSecond: 0, decodeTokensPerSecond: 9.26 },
    { role: 'chat', prefillTokensPerSecond: 41, decodeTokensPerSecond: 12.2 },
  ],
  memory: { residentBytes: 5.2e9, anonymousBytes: 4.9e9 },
};

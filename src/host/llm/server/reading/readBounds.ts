/** Numbers and texts that a server says, held to bounds before anything uses them. */
import { toWellFormed } from '../../../../util/text/wholeCharacters';

/** A larger count is a mistake or a lie: the longest contexts of 2026 hold two million tokens. */
const MAX_COUNT = 10_000_000;

export type JsonObject = Readonly<Record<string, unknown>>;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A whole number from 1 to ten million. Some servers write numbers as strings. */
export function readCount(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,8}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= MAX_COUNT ? number : undefined;
}

/** Takes the separators out of "4,096". In "[1,512]" they stand between two numbers. */
export function joinThousands(text: string): string {
  return text.replace(/(?<!\[\d{1,8})(?<=\d)[,\u2009\u00A0'](?=\d{3}(?!\d))/g, '');
}

/** The same, with 0 allowed: a cost can be nothing. */
export function readCost(value: unknown): number | undefined {
  return value === 0 ? 0 : readCount(value);
}

/**
 * A request's body with every half of a character replaced by U+FFFD. llama-server answers 400 or 500 to a body with half a character, and a
 * user's file may hold one.
 */
export function toWellFormedBody(value: unknown): unknown {
  if (typeof value === 'string') return toWellFormed(value);
  if (Array.isArray(value)) return value.map(toWellFormedBody);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toWellFormedBody(each)]));
}

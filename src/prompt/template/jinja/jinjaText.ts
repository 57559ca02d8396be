import type { RenderBudget } from './jinjaBudget';
import { DictView, Float, isDict, isList, Namespace, TemplateRefusal, Tuple, typeName, Undefined, type Value } from './jinjaValues';

/** Python's `str()`. */
export function toText(value: Value, budget: RenderBudget): string {
  if (typeof value === 'string') return value;
  if (value instanceof Undefined) return '';
  const parts: string[] = [];
  writeRepr(value, parts, budget);
  return budget.join(parts);
}

/** Python's `repr()`. */
export function toRepr(value: Value, budget: RenderBudget): string {
  const parts: string[] = [];
  writeRepr(value, parts, budget);
  return budget.join(parts);
}

function writeRepr(value: Value, parts: string[], budget: RenderBudget): void {
  budget.spend(1);
  if (value === null) parts.push('None');
  else if (typeof value === 'boolean') parts.push(value ? 'True' : 'False');
  else if (typeof value === 'number') parts.push(String(value));
  else if (typeof value === 'string') parts.push(quote(value, budget));
  else if (value instanceof Float) parts.push(formatFloat(value.value));
  else if (value instanceof Undefined) parts.push('Undefined');
  else if (value instanceof Tuple) writeItems('(', value.items, value.items.length === 1 ? ',)' : ')', parts, budget);
  else if (value instanceof DictView) writeItems(`dict_${value.kind}([`, value.items, '])', parts, budget);
  else if (isList(value)) writeItems('[', value, ']', parts, budget);
  else if (value instanceof Namespace) {
    parts.push('<Namespace ');
    writeEntries(value.values, parts, budget);
    parts.push('>');
  } else if (isDict(value)) writeEntries(value, parts, budget);
  else throw new TemplateRefusal(`a ${typeName(value)} cannot be written`);
}

function writeItems(open: string, items: readonly Value[], close: string, parts: string[], budget: RenderBudget): void {
  parts.push(open);
  for (const [index, item] of items.entries()) {
    if (index > 0) parts.push(', ');
    writeRepr(item, parts, budget);
  }
  parts.push(close);
}

function writeEntries(entries: ReadonlyMap<Value, Value>, parts: string[], budget: RenderBudget): void {
  parts.push('{');
  for (const [key, value] of entries) {
    if (parts.at(-1) !== '{') parts.push(', ');
    writeRepr(key, parts, budget);
    parts.push(': ');
    writeRepr(value, parts, budget);
  }
  parts.push('}');
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function quote(text: string, budget: RenderBudget): string {
  budget.chargeCharacters(text);
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  let quoted = mark;
  for (const character of text) {
    const escape = character === mark ? `\\${mark}` : escapes[character];
    quoted += escape ?? (isPrintable(character) ? character : escapeCode(character));
  }
  return quoted + mark;
}

/** Python's `str.isprintable()` for one character. */
function isPrintable(character: string): boolean {
  return character === ' ' || !/[\p{C}\p{Z}]/u.test(character);
}

function escapeCode(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\U${code.toString(16).padStart(8, '0')}`;
}

/** Python's `repr()` of a float. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [digits = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    const sign = exponent < 0 ? '-' : '+';
    return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const fraction = Math.max(0, digits.replace(/^-?\d\.?/, '').length - exponent);
  const plain = value.toFixed(Math.min(100, fraction));
  return plain.includes('.') ? plain : `${plain}.0`;
}

export interface JsonOptions {
  readonly ensureAscii: boolean;
  /** Text of one level of indentation; undefined for one line. */
  readonly indent: string | undefined;
  readonly separators: readonly [item: string, key: string];
  readonly sortKeys: boolean;
}

/** Python's `json.dumps()`. */
export function toJson(value: Value, options: JsonOptions, budget: RenderBudget): string {
  const parts: string[] = [];
  writeJson(value, options, '\n', parts, budget);
  return budget.join(parts);
}

function writeJson(value: Value, options: JsonOptions, lineStart: string, parts: string[], budget: RenderBudget): void {
  budget.chargeText(lineStart.length);
  if (value === null) parts.push('null');
  else if (typeof value === 'boolean' || typeof value === 'number') parts.push(String(value));
  else if (typeof value === 'string') parts.push(jsonText(value, options, budget));
  else if (value instanceof Float) parts.push(jsonFloat(value.value));
  else if (isList(value) || value instanceof Tuple) {
    const items = isList(value) ? value : value.items;
    writeJsonParts('[', items, ']', options, lineStart, parts, (item, inner) => {
      writeJson(item, options, inner, parts, budget);
    });
  } else if (isDict(value)) {
    const entries = Array.from(value, ([key, item]): readonly [string, Value] => [jsonKey(key), item]);
    if (options.sortKeys) entries.sort(([one], [other]) => (one < other ? -1 : Number(one > other)));
    writeJsonParts('{', entries, '}', options, lineStart, parts, ([key, item], inner) => {
      parts.push(jsonText(key, options, budget), options.separators[1]);
      writeJson(item, options, inner, parts, budget);
    });
  } else throw new TemplateRefusal(`Object of type ${typeName(value)} is not JSON serializable`);
}

function writeJsonParts<T>(
  open: string,
  items: readonly T[],
  close: string,
  { indent, separators }: JsonOptions,
  lineStart: string,
  parts: string[],
  write: (item: T, lineStart: string) => void,
): void {
  const inner = indent === undefined ? '' : lineStart + indent;
  parts.push(open);
  for (const [index, item] of items.entries()) {
    parts.push((index > 0 ? separators[0] : '') + inner);
    write(item, indent === undefined ? lineStart : inner);
  }
  parts.push((items.length > 0 && indent !== undefined ? lineStart : '') + close);
}

function jsonKey(key: Value): string {
  if (typeof key === 'string') return key;
  if (key === null) return 'null';
  if (typeof key === 'number') return String(key);
  throw new TemplateRefusal(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

function jsonText(text: string, { ensureAscii }: JsonOptions, budget: RenderBudget): string {
  budget.chargeText(text.length);
  const json = JSON.stringify(text);
  if (!ensureAscii) return json;
  return json.replace(/[\x7f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function jsonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return Number.isFinite(value) ? formatFloat(value) : value > 0 ? 'Infinity' : '-Infinity';
}

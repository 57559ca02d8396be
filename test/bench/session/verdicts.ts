import { billOf, ratioOf } from './accounts';
import type { Check, Figure, Row, RowId } from '../lib/rows';
import { median, percentile } from '../lib/stats';
import type { Measured, PlayedTrace, Quantity, Takings } from './takings';
import { withKnownIds } from './traffic';
import type { Key } from './typing';

/** A row without its id, or why it could not be made. */
type Body = Omit<Row, 'id' | 'name'>;

/** What both contenders measured, as rows see it. */
interface Both {
  readonly ours: Takings;
  readonly peer: Takings;
}

const names: Readonly<Record<RowId, string>> = {
  ghost: 'first ghost token, one key after the last',
  'ghost-in-prefill': 'the same while a 768-token chat prompt is in prefill, p95',
  prefill: "that chat prompt's prefill rate",
  trace: 'tokens evaluated / distinct nodes, over the trace',
  'follow-up': 'a follow-up after an explanation: tokens evaluated beyond its own',
  'file-block': 'a second explanation in the same file: share of the file block reused',
  restart: 'first ghost token after a restart, from model-ready',
  decode: 'decode rate of a chat as the host receives it',
  'busy-core': 'decode rate beside a busy loop on one core',
  cancel: 'cancel to idle, p95',
  memory: "worker's memory",
};

/** One row, by what was measured. A row that lacks something says what and why, and is judged by the rest. */
export function rowOf(id: RowId, both: Both): Row {
  return { id, name: names[id], ...bodies[id](both) };
}

const bodies: Readonly<Record<RowId, (both: Both) => Body>> = {
  ghost: ghostRow,
  'ghost-in-prefill': ghostInPrefillRow,
  prefill: prefillRow,
  trace: traceRow,
  'follow-up': followUpRow,
  'file-block': fileBlockRow,
  restart: restartRow,
  decode: decodeRow,
  'busy-core': busyCoreRow,
  cancel: cancelRow,
  memory: memoryRow,
};

function ghostRow({ ours, peer }: Both): Body {
  const own = ours.measured.ghost;
  const other = peer.measured.ghost;
  return {
    figures: [...firstTokens('Paddock', own), ...firstTokens('llama-server', other)],
    checks: own && other ? [atMost('against llama-server', median(firstsOf(own)) / finite(median(firstsOf(other))), 1)] : [],
    ...missing(ours, ['ghost'], peer, ['ghost']),
  };
}

function firstsOf(keys: readonly Key[]): readonly number[] {
  return keys.map(({ first }) => first);
}

function firstTokens(who: string, keys: readonly Key[] | undefined): readonly Figure[] {
  const times = keys && firstsOf(keys);
  return times ? [ms(`${who} median`, median(times)), ms(`${who} p95`, percentile(times, 0.95)), count(`${who} keys`, times.length)] : [];
}

function ghostInPrefillRow({ ours, peer }: Both): Body {
  const { ghost, ghostInPrefill: mixed } = ours.measured;
  // What is answered from memory takes no turn from the chat, and says nothing of what one that does take it costs.
  const idle = ghost && median(firstsOf(ghost.filter(({ evaluated }) => evaluated > 0)));
  return {
    figures: [
      ...firstTokens('Paddock', mixed),
      ...(idle === undefined ? [] : [ms('Paddock idle median of keys that evaluate', idle)]),
      ...firstTokens('llama-server', peer.measured.ghostInPrefill),
    ],
    checks: idle !== undefined && mixed ? [atMost('against our own idle', percentile(firstsOf(mixed), 0.95) / finite(idle), 5)] : [],
    ...missing(ours, ['ghost', 'ghostInPrefill']),
  };
}

function prefillRow({ ours, peer }: Both): Body {
  const { prefill: idle, prefillWhileTyping: typing } = ours.measured;
  const plain = peer.measured.prefill;
  const of = (name: string, rates: readonly number[] | undefined, limit: number): readonly Check[] =>
    rates && plain ? [atLeast(name, median(rates) / median(plain), limit)] : [];
  return {
    figures: [
      ...rate('Paddock, nobody typing', idle),
      ...rate('Paddock, five keys a second', typing),
      ...rate('llama-server, nobody typing', plain),
      ...(idle && typing ? [ratio('typing against nobody typing', median(typing) / median(idle))] : []),
    ],
    checks: [...of('nobody typing, against plain', idle, 0.95), ...of('five keys a second, against plain', typing, 0.5)],
    ...missing(ours, ['prefill', 'prefillWhileTyping'], peer, ['prefill']),
  };
}

function traceRow({ ours, peer }: Both): Body {
  const own = ours.measured.trace;
  const other = peer.measured.trace;
  const known = new Map((other ?? []).flatMap(({ traffic }) => [...traffic.ghostIds]));
  const bills = (plays: readonly PlayedTrace[]): readonly { evaluated: number; distinct: number; exempt: number; ratio: number }[] =>
    plays.map(({ traffic, evaluated }) => {
      const bill = billOf(withKnownIds(traffic.accounts, known));
      return { evaluated, ...bill, ratio: ratioOf(evaluated, bill) };
    });
  const figures = (who: string, plays: readonly PlayedTrace[] | undefined): readonly Figure[] => {
    if (!plays) return [];
    const all = bills(plays);
    return [
      ratio(`${who} ratio`, median(all.map((each) => each.ratio))),
      tokens(`${who} evaluated`, median(all.map(({ evaluated }) => evaluated))),
      tokens(`${who} distinct`, median(all.map(({ distinct }) => distinct))),
      tokens(`${who} exempt`, median(all.map(({ exempt }) => exempt))),
      count(`${who} plays`, all.length),
    ];
  };
  return {
    figures: [...figures('Paddock', own), ...figures('llama-server', other)],
    checks: own ? [atMost('evaluated for each distinct node', median(bills(own).map((each) => each.ratio)), 1.05)] : [],
    ...missing(ours, ['trace'], peer, ['trace']),
  };
}

function followUpRow({ ours, peer }: Both): Body {
  const own = ours.measured.explain?.beyondOwn;
  const other = peer.measured.explain?.beyondOwn;
  return {
    figures: [...(own ? [tokens('Paddock median', median(own))] : []), ...(other ? [tokens('llama-server median', median(other))] : [])],
    checks: own ? [atMost('most tokens', Math.max(...own), 8)] : [],
    ...missing(ours, ['explain']),
  };
}

function fileBlockRow({ ours, peer }: Both): Body {
  const own = ours.measured.explain;
  const other = peer.measured.explain;
  return {
    figures: [
      ...(own ? [share('Paddock median', median(own.fileReused)), tokens('file block', own.fileTokens)] : []),
      ...(other ? [share('llama-server median', median(other.fileReused))] : []),
    ],
    checks: own ? [atLeast('least share', Math.min(...own.fileReused), 0.95)] : [],
    ...missing(ours, ['explain']),
  };
}

function restartRow({ ours, peer }: Both): Body {
  const own = ours.measured.restart;
  const other = peer.measured.restart;
  return {
    figures: [
      ...(own
        ? [
            ms('Paddock after', median(own.afterwards)),
            ms('Paddock warm', own.warm),
            ms('Paddock loading', own.loading),
            ms('of it restoring', own.restoring),
            tokens('restored', own.restoredTokens),
          ]
        : []),
      ...(other ? [ms('llama-server after', median(other.afterwards)), ms('llama-server loading', other.loading)] : []),
    ],
    checks: own ? [atMost('against warm', median(own.afterwards) / finite(own.warm), 2)] : [],
    ...missing(ours, ['restart']),
  };
}

function decodeRow({ ours, peer }: Both): Body {
  const models = [
    ['7B', 'decode'],
    ['embedded', 'embeddedDecode'],
  ] as const;
  return {
    figures: models.flatMap(([model, quantity]) => {
      const own = ours.measured[quantity];
      return [
        ...rate(`Paddock ${model}`, own?.rates),
        ...rate(`llama-server ${model}`, peer.measured[quantity]?.rates),
        ...(own ? [share(`${model} tokens drafted and confirmed`, own.confirmedShare)] : []),
      ];
    }),
    checks: models.flatMap(([model, quantity]) => {
      const own = ours.measured[quantity];
      const other = peer.measured[quantity];
      return own && other ? [atLeast(`${model}, against llama-server`, median(own.rates) / median(other.rates), 1)] : [];
    }),
    ...missing(ours, ['decode', 'embeddedDecode'], peer, ['decode', 'embeddedDecode']),
  };
}

function busyCoreRow({ ours }: Both): Body {
  const { decode: idle, busyCore: busy } = ours.measured;
  return {
    figures: [...rate('busy', busy?.rates), ...rate('idle', idle?.rates)],
    checks: idle && busy ? [atLeast('busy against idle', median(busy.rates) / median(idle.rates), 0.4)] : [],
    ...missing(ours, ['decode', 'busyCore']),
  };
}

function cancelRow({ ours }: Both): Body {
  const kinds = ours.measured.cancel ?? [];
  const p95 = kinds.map(({ times }) => percentile(times, 0.95));
  return {
    figures: kinds.flatMap(({ kind, times, step }, index) => [
      ms(`${kind} p95`, p95[index] ?? NaN),
      ms(`${kind} longest step`, step),
      count(`${kind} cancels`, times.length),
    ]),
    checks:
      kinds.length === 0
        ? []
        : [
            atMost(
              'seconds, all kinds',
              percentile(
                kinds.flatMap(({ times }) => times),
                0.95,
              ) / 1000,
              0.6,
            ),
            ...kinds.map(({ kind, step }, index) => atMost(`${kind}, in steps`, (p95[index] ?? NaN) / step, 1)),
          ],
    ...missing(ours, ['cancel']),
  };
}

function memoryRow({ ours, peer }: Both): Body {
  const own = ours.measured.memory;
  const other = peer.measured.memory;
  return {
    figures: [
      ...(own ? [megabytes('Paddock PSS', own.pss), megabytes('Paddock anonymous', own.anonymous)] : []),
      ...(other ? [megabytes('llama-server PSS', other.pss), megabytes('llama-server anonymous', other.anonymous)] : []),
    ],
    checks: own && other ? [atMost('PSS', own.pss / other.pss, 1.05), atMost('anonymous', own.anonymous / other.anonymous, 1.05)] : [],
    ...missing(ours, ['memory'], peer, ['memory']),
  };
}

/** Why quantities that a row is judged by are missing, each reason once. */
function missing(ours: Takings, own: readonly Quantity[], peer?: Takings, others: readonly Quantity[] = []): { readonly notRun?: string } {
  const reasons = [...own.map((quantity) => ours.why(quantity)), ...others.map((quantity) => peer?.why(quantity))];
  const known = new Set(reasons.filter((reason) => reason !== undefined));
  return known.size === 0 ? {} : { notRun: [...known].join('; ') };
}

function rate(name: string, rates: Measured['prefill'] | undefined): readonly Figure[] {
  return rates ? [{ name, value: median(rates), unit: 'tok/s' }, count(`${name}, runs`, rates.length)] : [];
}

/** What never came is no measure for anything: a ratio to it would be 0, and hold. */
const finite = (value: number): number => (Number.isFinite(value) ? value : NaN);
const ms = (name: string, value: number): Figure => ({ name, value, unit: 'ms' });
const count = (name: string, value: number): Figure => ({ name, value, unit: '' });
const tokens = (name: string, value: number): Figure => ({ name, value, unit: 'tokens' });
const ratio = (name: string, value: number): Figure => ({ name, value, unit: '' });
const share = (name: string, value: number): Figure => ({ name, value, unit: 'share' });
const megabytes = (name: string, bytes: number): Figure => ({ name, value: bytes / 1e6, unit: 'MB' });
const atMost = (name: string, value: number, limit: number): Check => ({ name, value, sense: 'at most', limit });
const atLeast = (name: string, value: number, limit: number): Check => ({ name, value, sense: 'at least', limit });

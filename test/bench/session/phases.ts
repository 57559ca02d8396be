import type { LoadModelParams, ModelFacts } from '../../../src/contract/models';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { note } from '../../../scripts/lib/progress.mjs';
import { tempFolder } from '../../../scripts/lib/temp.mjs';
import { busyDecodeRates, decodeRates, explainCosts, joinRates, type DecodeRates } from './answers';
import { cancelTimes } from './cancelling';
import type { Contender } from './contender';
import { Questions, Typist } from './material';
import { OurWorker } from './ours';
import { Peer } from './peer';
import { Prompts } from './prompts';
import { repeat, type Rounds } from '../lib/rounds';
import { restartTimes, until, type Restarted, type Rig } from './restarting';
import type { Memory } from '../lib/processTreeMemory';
import { largePeerQuantities, type Quantity, type Takings } from './takings';
import { readTrace } from '../lib/trace';
import { takeInTurns, type Side } from './turns';
import { evaluatedBy, evaluatedFor, playTrace } from './traffic';
import { disturbedPrefill, idleKeys, keysDuringPrefill, undisturbedPrefill, type Desk } from './typing';

/** Where the peer comes from. */
export type PeerSource =
  | { readonly kind: 'script'; readonly script: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'none'; readonly reason: string };

export interface Plan {
  /** The worker as built. */
  readonly worker: string;
  readonly peer: PeerSource;
  readonly rounds: Rounds;
  readonly contextTokens: number;
}

/** A model as the worker loaded it, by which the peer is set up alike. */
export interface Setting {
  readonly facts: ModelFacts;
  readonly prompts: Prompts;
}

const answerTokens = 64;
const embeddedAnswerTokens = 128;
/** Longest that parking after the last request is waited for, in milliseconds. */
const settleLimit = 15_000;
/** By when a worker that is left alone has begun to park, in milliseconds. */
const parkingBegins = 1000;
/** llama-server's memory for prompts without a lane. Beside the lanes of a 7B model there is no room for it; with others it has its default. */
const smallCache = 0;
const defaultCache = 8192;

/** The trace is played again as long as that ends within so many milliseconds: five times where a play takes as long as it was typed. */
const traceTime = 700_000;

/**
 * Everything that is measured with the 7B-shaped model: what is compared in turns, as far as both engines fit the machine's memory, then
 * what is the worker's own.
 */
export async function large(takings: Takings, peer: Takings, path: string, plan: Plan): Promise<Setting> {
  const ours = await Ours.start(path, plan);
  try {
    // One desk throughout: what was typed and asked once is not cold a second time.
    const desk = deskOf(ours.contender, ours.setting.prompts, plan);
    await phase(peer, largePeerQuantities, () => beside(ours, desk, takings, peer, plan));
    await oursLarge(ours, desk, takings);
  } finally {
    await ours.end();
  }
  await phase(peer, largePeerQuantities, () => peerLarge(peer, ours.setting, plan));
  return ours.setting;
}

/** Starts the peer beside our worker, where there is room, and measures in turns what is compared. */
async function beside(ours: Ours, desk: Desk, takings: Takings, peer: Takings, plan: Plan): Promise<void> {
  const memory = await ours.contender.memory();
  if (memory && memory.pss * roomForAnother > process.availableMemory()) {
    note('Both engines do not fit this memory at once: each is measured by itself, so that a drift of the machine counts.');
    return;
  }
  const rig = await PeerRig.start(plan.peer, ours.setting, smallCache);
  try {
    const sides: readonly Side[] = [
      { takings, desk, settle: () => ours.quiet() },
      { takings: peer, desk: deskOf(rig.contender, ours.setting.prompts, plan), settle: () => rig.settle() },
    ];
    await takeInTurns(sides, 'ghost', 'ghost text, nobody else asking', plan.rounds, idleKeys, flat);
    await takeInTurns(sides, 'prefill', 'prefill, nobody typing', plan.rounds, undisturbedPrefill, flat);
    await takeInTurns(sides, 'decode', 'decode', plan.rounds, (desk) => decoding(desk, answerTokens), joinRates);
  } finally {
    await rig.end();
  }
}

/** The peer is as large as our worker; the rest is for what each takes while it works. */
const roomForAnother = 1.2;

function flat<T>(parts: readonly (readonly T[])[]): readonly T[] {
  return parts.flat();
}

function decoding({ contender, questions, rounds }: Desk, maxTokens: number): Promise<DecodeRates> {
  return decodeRates(contender, questions, rounds, maxTokens);
}

/** Everything that is measured of our worker with the 7B-shaped model and not measured yet. */
async function oursLarge(ours: Ours, desk: Desk, takings: Takings): Promise<void> {
  const { prompts } = ours.setting;
  const { contender, typist, questions, rounds } = desk;
  await takings.take('ghost', 'ghost text, nobody else asking', () => idleKeys(desk));
  await takings.take('ghostInPrefill', 'ghost text while a chat is in prefill', () => keysDuringPrefill(desk));
  await takings.take('prefill', 'prefill, nobody typing', () => undisturbedPrefill(desk));
  await takings.take('prefillWhileTyping', 'prefill, five keys a second', () => disturbedPrefill(desk));
  await takings.take('memory', 'memory', () => memoryAfterUse(desk));
  await takings.take('cancel', 'cancelling', () => cancelTimes(desk));
  await takings.take('decode', 'decode', () => decoding(desk, answerTokens));
  await takings.take('busyCore', 'decode beside a busy core', () => busyDecodeRates(contender, questions, rounds, answerTokens));
  await takings.take('explain', 'explanations', () => explainCosts(contender, questions, prompts, rounds));
  await takings.take('restart', 'restarts', () => restartTimes(ours, typist, rounds));
}

/** What the peer is compared by, with the same model. */
async function peerLarge(takings: Takings, setting: Setting, plan: Plan): Promise<void> {
  const rig = await PeerRig.start(plan.peer, setting, smallCache);
  try {
    const { prompts } = setting;
    // The peer blocks for a whole prefill, and forgets with a restart: once tells it.
    const once: Rounds = { ...plan.rounds, repeats: 1 };
    const desk = deskOf(rig.contender, prompts, plan);
    const { contender, questions } = desk;
    await takings.take('ghost', 'ghost text, nobody else asking', () => idleKeys(desk));
    await takings.take('ghostInPrefill', 'ghost text while a chat is in prefill', () => keysDuringPrefill({ ...desk, rounds: once }));
    await takings.take('prefill', 'prefill', () => undisturbedPrefill(desk));
    await takings.take('memory', 'memory', () => memoryAfterUse(desk));
    await takings.take('decode', 'decode', () => decoding(desk, answerTokens));
    await takings.take('explain', 'explanations', () => explainCosts(contender, questions, prompts, once));
    await takings.take('restart', 'restarts', () => restartTimes(rig, new Typist(prompts), once));
  } finally {
    await rig.end();
  }
}

/** The rows of the embedded model. Each play of the trace begins with an engine that has seen nothing. */
export async function embedded(takings: Takings, peer: Takings, path: string, plan: Plan): Promise<Setting> {
  const setting = await embeddedDecode(takings, peer, path, plan);
  const { prompts } = setting;
  await takings.take('trace', 'the trace', async () => {
    return repeat({ ...plan.rounds, milliseconds: traceTime }, async () => {
      const ours = await Ours.start(path, plan, prompts);
      try {
        const traffic = await playTrace(ours.contender, readTrace());
        return { traffic, evaluated: evaluatedBy((await ours.contender.session()).totals) };
      } finally {
        await ours.end();
      }
    });
  });
  // The conversations go on with our worker's answers.
  const plays = takings.measured.trace ?? [];
  await peer.take('trace', 'the trace', () =>
    repeat({ repeats: plays.length, milliseconds: traceTime }, async (round) => {
      const rig = await PeerRig.start(plan.peer, setting, defaultCache);
      try {
        const traffic = await playTrace(rig.contender, readTrace(), plays[round]?.traffic.answers);
        return { traffic, evaluated: evaluatedFor(traffic.accounts) };
      } finally {
        await rig.end();
      }
    }),
  );
  return setting;
}

async function embeddedDecode(takings: Takings, peer: Takings, path: string, plan: Plan): Promise<Setting> {
  const ours = await Ours.start(path, plan);
  try {
    const { setting } = ours;
    const sides: Side[] = [{ takings, desk: deskOf(ours.contender, setting.prompts, plan), settle: () => ours.quiet() }];
    const measure = (): Promise<void> =>
      takeInTurns(
        sides,
        'embeddedDecode',
        'decode, embedded model',
        plan.rounds,
        (desk) => decoding(desk, embeddedAnswerTokens),
        joinRates,
      );
    const both = await phase(peer, ['embeddedDecode'], async () => {
      const rig = await PeerRig.start(plan.peer, setting, defaultCache);
      try {
        sides.push({ takings: peer, desk: deskOf(rig.contender, setting.prompts, plan), settle: () => rig.settle() });
        await measure();
        return true;
      } finally {
        await rig.end();
      }
    });
    if (both !== true) await measure();
    return setting;
  } finally {
    await ours.end();
  }
}

function deskOf(contender: Contender, prompts: Prompts, plan: Plan): Desk {
  return { contender, typist: new Typist(prompts), questions: new Questions(prompts), rounds: plan.rounds };
}

/** Measured when both a ghost text and a chat have been there, which is when all buffers are. */
async function memoryAfterUse({ contender, typist, questions }: Desk): Promise<Memory> {
  await contender.ghost(typist.next());
  await contender.chat(questions.short(4));
  const memory = await contender.memory();
  if (!memory) throw new Error('the memory of its process cannot be read here');
  return memory;
}

/** Our worker with a storage folder of its own, restartable. */
class Ours implements Rig {
  private constructor(
    public contender: OurWorker,
    readonly setting: Setting,
    private readonly plan: Plan,
    private readonly params: LoadModelParams,
  ) {}

  static async start(path: string, plan: Plan, known?: Prompts): Promise<Ours> {
    const storage = { folder: await tempFolder('paddock-bench-'), maxBytes: 16e9, owner: 'bench' };
    const params: LoadModelParams = { role: 'chat', path, contextTokens: plan.contextTokens, gpu: 'off', threads: 0, storage };
    const worker = await OurWorker.start(plan.worker);
    try {
      const facts = await worker.load(params);
      const prompts = known ?? (await Prompts.load(facts));
      worker.usePrompts(prompts);
      return new Ours(worker, { facts, prompts }, plan, params);
    } catch (error) {
      await worker.end();
      throw error;
    }
  }

  /** Until the lane of ghost text is parked, or everything has been left alone for long enough to show that it will not be. */
  async settle(): Promise<void> {
    await until(async () => (await this.contender.session()).parked.some(({ role }) => role === 'completion'), settleLimit);
  }

  /** Until what was evaluated is parked on the disk, which goes on in the background. */
  async quiet(): Promise<void> {
    await sleep(parkingBegins);
    await until(async () => (await this.contender.session()).parked.every(({ place }) => place === 'disk'), settleLimit);
  }

  async restart(): Promise<Restarted> {
    await this.contender.kill();
    const started = performance.now();
    const worker = await OurWorker.start(this.plan.worker);
    this.contender = worker;
    const facts = await worker.load(this.params);
    const loading = performance.now() - started;
    worker.usePrompts(this.setting.prompts);
    return { contender: worker, loading, restoring: facts.restoreMilliseconds, restoredTokens: facts.restoredTokens };
  }

  async end(): Promise<void> {
    await this.contender.end();
    if (this.params.storage) await rm(this.params.storage.folder, { recursive: true, force: true });
  }
}

/** llama-server, set up as our worker is. */
class PeerRig implements Rig {
  private constructor(
    public contender: Peer,
    private readonly source: PeerSource,
    private readonly setting: Setting,
    private readonly cache: number,
  ) {}

  static async start(source: PeerSource, setting: Setting, cache: number): Promise<PeerRig> {
    return new PeerRig(await openPeer(source, setting, cache), source, setting, cache);
  }

  async settle(): Promise<void> {
    await Promise.resolve();
  }

  async restart(): Promise<Restarted> {
    if (this.source.kind === 'url') throw new Error('a peer that --peer names cannot be restarted from here');
    await this.contender.end();
    const started = performance.now();
    this.contender = await openPeer(this.source, this.setting, this.cache);
    return { contender: this.contender, loading: performance.now() - started, restoring: 0, restoredTokens: 0 };
  }

  end(): Promise<void> {
    return this.contender.end();
  }
}

async function openPeer(source: PeerSource, { facts, prompts }: Setting, cache: number): Promise<Peer> {
  switch (source.kind) {
    case 'none':
      throw new Error(source.reason);
    case 'script':
      return Peer.start(source.script, facts, prompts, cache);
    case 'url': {
      const { model_path: path = '', total_slots: lanes, default_generation_settings: settings } = await Peer.props(source.url);
      if (basename(path) !== basename(facts.path))
        throw new Error(`the peer at ${source.url} has ${path} loaded, not ${basename(facts.path)}`);
      const its = `${String(lanes)} lanes of ${String(settings?.n_ctx)} tokens`;
      const own = `${facts.lanes} lanes of ${facts.contextTokens} tokens`;
      if (its !== own) note(`The peer has ${its}, the worker ${own}: memory and reuse do not compare.`);
      return Peer.at(source.url, prompts);
    }
  }
}

/** Runs a phase, and says why its quantities are missing where it does not come about. */
export async function phase<T>(takings: Takings, quantities: readonly Quantity[], work: () => Promise<T>): Promise<T | undefined> {
  if (!takings.wants(quantities)) return undefined;
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    note(`${takings.name}: ${reason}`);
    takings.lose(quantities, reason);
    return undefined;
  }
}

import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { note } from '../../scripts/lib/progress.mjs';
import { tempFolder } from '../../scripts/lib/temp.mjs';
import type { LoadModelParams, ModelFacts } from '../../src/protocol/worker';
import { busyDecodeRates, decodeRates, explainCosts } from './answers';
import { cancelTimes } from './cancelling';
import type { Contender } from './contender';
import { Questions, Typist } from './material';
import { OurWorker } from './ours';
import { Peer } from './peer';
import { Prompts } from './prompts';
import { repeat, type Rounds } from './rounds';
import { restartTimes, until, type Restarted, type Rig } from './restarting';
import type { Memory } from './soakMemory';
import type { PlayedTrace, Quantity, Takings } from './takings';
import { readTrace } from './trace';
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
/** llama-server's memory for prompts without a lane. Beside the lanes of a 7B model there is no room for it; with others it has its default. */
const smallCache = 0;
const defaultCache = 8192;

/** The trace is played again as long as that ends within so many milliseconds: five times where a play takes as long as it was typed. */
const traceTime = 700_000;

/** Everything that is measured of our worker with the 7B-shaped model. */
export async function oursLarge(takings: Takings, path: string, plan: Plan): Promise<Setting> {
  const ours = await Ours.start(path, plan);
  try {
    const { prompts } = ours.setting;
    const desk = deskOf(ours.contender, prompts, plan);
    const { contender, questions, rounds } = desk;
    await takings.take('ghost', 'ghost text, nobody else asking', () => idleKeys(desk));
    await takings.take('ghostInPrefill', 'ghost text while a chat is in prefill', () => keysDuringPrefill(desk));
    await takings.take('prefill', 'prefill, nobody typing', () => undisturbedPrefill(desk));
    await takings.take('prefillWhileTyping', 'prefill, five keys a second', () => disturbedPrefill(desk));
    await takings.take('memory', 'memory', () => memoryAfterUse(desk));
    await takings.take('cancel', 'cancelling', () => cancelTimes(desk));
    await takings.take('decode', 'decode', () => decodeRates(contender, questions, rounds, answerTokens));
    await takings.take('busyCore', 'decode beside a busy core', () => busyDecodeRates(contender, questions, rounds, answerTokens));
    await takings.take('explain', 'explanations', () => explainCosts(contender, questions, prompts, rounds));
    await takings.take('restart', 'restarts', () => restartTimes(ours, new Typist(prompts), rounds));
    return ours.setting;
  } finally {
    await ours.end();
  }
}

/** What the peer is compared by, with the same model. */
export async function peerLarge(takings: Takings, setting: Setting, plan: Plan): Promise<void> {
  const rig = await PeerRig.start(plan.peer, setting, smallCache);
  try {
    const { prompts } = setting;
    // The peer blocks for a whole prefill, and forgets with a restart: once tells it.
    const once: Rounds = { ...plan.rounds, repeats: 1 };
    const desk = deskOf(rig.contender, prompts, plan);
    const { contender, questions, rounds } = desk;
    await takings.take('ghost', 'ghost text, nobody else asking', () => idleKeys(desk));
    await takings.take('ghostInPrefill', 'ghost text while a chat is in prefill', () => keysDuringPrefill({ ...desk, rounds: once }));
    await takings.take('prefill', 'prefill', () => undisturbedPrefill(desk));
    await takings.take('memory', 'memory', () => memoryAfterUse(desk));
    await takings.take('decode', 'decode', () => decodeRates(contender, questions, rounds, answerTokens));
    await takings.take('explain', 'explanations', () => explainCosts(contender, questions, prompts, once));
    await takings.take('restart', 'restarts', () => restartTimes(rig, new Typist(prompts), once));
  } finally {
    await rig.end();
  }
}

/** The rows of the embedded model. Each play of the trace begins with a worker that has seen nothing. */
export async function oursEmbedded(takings: Takings, path: string, plan: Plan): Promise<Setting> {
  let setting: Setting | undefined;
  const fresh = async <T>(use: (ours: Ours) => Promise<T>): Promise<T> => {
    const ours = await Ours.start(path, plan, setting?.prompts);
    setting = ours.setting;
    try {
      return await use(ours);
    } finally {
      await ours.end();
    }
  };
  await takings.take('embeddedDecode', 'decode, embedded model', () =>
    fresh(({ contender, setting: { prompts } }) => decodeRates(contender, new Questions(prompts), plan.rounds, embeddedAnswerTokens)),
  );
  await takings.take('trace', 'the trace', async () => {
    return repeat({ ...plan.rounds, milliseconds: traceTime }, () =>
      fresh(async ({ contender }) => {
        const traffic = await playTrace(contender, readTrace());
        return { traffic, evaluated: evaluatedBy((await contender.session()).totals) };
      }),
    );
  });
  if (!setting) throw new Error('no worker has loaded the embedded model');
  return setting;
}

/** @param ours the plays of our worker, whose answers the conversations go on with */
export async function peerEmbedded(takings: Takings, setting: Setting, ours: readonly PlayedTrace[], plan: Plan): Promise<void> {
  const { prompts } = setting;
  await takings.take('embeddedDecode', 'decode, embedded model', async () => {
    const rig = await PeerRig.start(plan.peer, setting, defaultCache);
    try {
      return await decodeRates(rig.contender, new Questions(prompts), plan.rounds, embeddedAnswerTokens);
    } finally {
      await rig.end();
    }
  });
  await takings.take('trace', 'the trace', async () => {
    return repeat({ repeats: ours.length, milliseconds: traceTime }, async (round) => {
      const rig = await PeerRig.start(plan.peer, setting, defaultCache);
      try {
        const traffic = await playTrace(rig.contender, readTrace(), ours[round]?.traffic.answers);
        return { traffic, evaluated: evaluatedFor(traffic.accounts) };
      } finally {
        await rig.end();
      }
    });
  });
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
    const params: LoadModelParams = { path, contextTokens: plan.contextTokens, gpu: 'off', threads: 0, storage };
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
    await until(async () => (await this.contender.session()).parked.some(({ purpose }) => purpose === 'ghost'), settleLimit);
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

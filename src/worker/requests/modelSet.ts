import type { GpuFailure } from '../../contract/models';
import type { SessionFacts } from '../../contract/sessionFacts';
import { resolve } from 'node:path';
import { largest } from '../../util/lists';
import { availableBytes } from '../model/availableMemory';
import { closeLimit, ghostContextTokens, type Engine, type EngineOptions } from './modelRequests';
import { EngineFailure, messageOf } from '../model/loadErrors';
import { StepGate } from '../session/stepGate';
import { loadEngine } from '../model/gpuLoading';
import { needOf, type EngineLog, type ModelNeed } from '../model/loadModel';
import type { Cleared } from '../session/session';
import { together } from '../session/sessionView';

export interface EnginesOptions extends Omit<EngineOptions, 'gate' | 'beside'> {
  /** A model of its own for ghost text; the chat's without it. */
  readonly ghostText?: { readonly path: string; readonly name?: string } | undefined;
}

export interface LoadListeners {
  readonly onProgress: (fraction: number) => void;
  readonly onDevice: (device: string | false) => void;
  readonly log: EngineLog;
}

/** What is needed of both models, from their files. */
interface Needs {
  readonly chat: ModelNeed;
  readonly ghostText: ModelNeed;
}

/** The models of this worker: the chat's, and ghost text's where that is another one. Each has a session; they share the processor. */
export class Engines {
  private constructor(
    readonly chat: Engine,
    /** The same one where the chat's model writes ghost text. */
    readonly ghostText: Engine,
    readonly gpuFailure: GpuFailure | undefined,
    /** Why ghost text has no model of its own although it was to have one. */
    readonly ghostTextProblem?: unknown,
  ) {}

  /**
   * Loads what is wanted. That ghost text's model cannot be loaded, or not beside the chat's, is no failure: the chat's does it then.
   * @throws EngineFailure for everything a user can do something about
   */
  static async load({ ghostText, ...chat }: EnginesOptions, listeners: LoadListeners): Promise<Engines> {
    if (!ghostText || resolve(ghostText.path) === resolve(chat.path)) return Engines.one(chat, listeners);
    const contextTokens = Math.min(chat.contextTokens, ghostContextTokens);
    // What was said of the chat's model, that it be loaded anyway, was said of that one.
    const wanted: EngineOptions = { ...chat, path: ghostText.path, name: ghostText.name, contextTokens, force: undefined, isSecond: true };
    let needs: Needs | undefined;
    try {
      needs = await needsOf(chat, wanted, listeners.log);
    } catch (error) {
      return Engines.one(chat, listeners, error);
    }
    return needs ? Engines.two(chat, wanted, needs, listeners) : Engines.one(chat, listeners);
  }

  private static async one(options: EngineOptions, { onProgress, onDevice, log }: LoadListeners, problem?: unknown): Promise<Engines> {
    if (problem !== undefined) log('warn', `ghost text uses the chat's model: ${messageOf(problem)}`);
    const { engine, gpuFailure } = await loadEngine(options, onProgress, log, onDevice);
    return new Engines(engine, engine, gpuFailure, problem);
  }

  private static async two(chat: EngineOptions, ghostText: EngineOptions, needs: Needs, listeners: LoadListeners): Promise<Engines> {
    const { onProgress, onDevice, log } = listeners;
    const gate = new StepGate();
    const share = needs.chat.fileBytes / (needs.chat.fileBytes + needs.ghostText.fileBytes);
    const reserved = { reservedBytes: needs.ghostText.leastBytes, takenBytes: 0 };
    let first: Awaited<ReturnType<typeof loadEngine>>;
    try {
      first = await loadEngine(
        { ...chat, gate, beside: reserved },
        (fraction) => {
          onProgress(share * fraction);
        },
        log,
        onDevice,
      );
    } catch (error) {
      // There was room for both when it was looked, or would have been on the graphics card.
      if (error instanceof EngineFailure && error.failure.kind === 'doesNotFit')
        return Engines.one(chat, listeners, tooBig(ghostText.path, needs));
      throw error;
    }
    // What a worker that died left in memory is taken over by one of the two places where lanes are parked, and not by both at once.
    await first.engine.park();
    const { mapped, fileBytes } = first.engine.facts;
    const beside = { reservedBytes: mapped ? fileBytes : 0, takenBytes: first.engine.takenBytes };
    const gpu = first.gpuFailure ? 'off' : ghostText.gpu;
    try {
      const second = await loadEngine(
        { ...ghostText, gpu, gate, beside },
        (fraction) => {
          onProgress(share + (1 - share) * fraction);
        },
        log,
        onDevice,
      );
      // What failed is told of the chat's model alone: of the second one's failure there, the card is not to blame but that it is full.
      return new Engines(first.engine, second.engine, first.gpuFailure);
    } catch (error) {
      // Loaded once more, as it has made do with half of the memory for lanes.
      await first.engine.dispose(closeLimit);
      const { chat: alone, gpuFailure } = await Engines.one({ ...chat, ...(first.gpuFailure ? { gpu: 'off' } : {}) }, listeners, error);
      return new Engines(alone, alone, first.gpuFailure ?? gpuFailure, error);
    }
  }

  /** Whether ghost text has a model of its own. */
  get areTwo(): boolean {
    return this.ghostText !== this.chat;
  }

  /** The sessions as they are now. */
  get view(): SessionFacts {
    return this.areTwo ? together(this.chat.view, this.ghostText.view) : this.chat.view;
  }

  get stepTime(): Engine['stepTime'] {
    const times = this.all.map(({ stepTime }) => stepTime);
    return {
      stepMilliseconds: largest(times.map(({ stepMilliseconds }) => stepMilliseconds)),
      stepLimitMilliseconds: largest(times.map(({ stepLimitMilliseconds }) => stepLimitMilliseconds)),
    };
  }

  /** Whether somebody is typing: steps are short then, whosever they are. */
  set typing(typing: boolean) {
    for (const engine of this.all) engine.typing = typing;
  }

  /** Keeps what the lanes hold. @returns lanes that are kept now */
  async park(): Promise<number> {
    let lanes = 0;
    for (const engine of this.all) lanes += await engine.park();
    return lanes;
  }

  /** Forgets what no request is using. */
  async clear(): Promise<Cleared> {
    const sum = { lanes: 0, tokens: 0, parked: 0, bytes: 0 };
    // One after the other: what is parked lies in one folder, and is counted once.
    for (const engine of this.all) {
      const cleared = await engine.clear();
      for (const key of ['lanes', 'tokens', 'parked', 'bytes'] as const) sum[key] += cleared[key];
    }
    return sum;
  }

  /** Ends every request, parks what is worth it, and gives the memory back. */
  async dispose(): Promise<void> {
    await Promise.all(this.all.map((engine) => engine.dispose(closeLimit / this.all.length)));
  }

  private get all(): readonly Engine[] {
    return this.areTwo ? [this.chat, this.ghostText] : [this.chat];
  }
}

/**
 * What both take; `undefined` where the two files are one model, of which there is no use in a second session.
 * @throws EngineFailure about ghost text's model; what is wrong with the chat's, loading it says
 */
async function needsOf(chat: EngineOptions, ghostText: EngineOptions, log: EngineLog): Promise<Needs | undefined> {
  const ghostTextNeed = await needOf(ghostText, log);
  const chatNeed = await needOf(chat, log).catch(() => undefined);
  if (!chatNeed || chatNeed.fingerprint === ghostTextNeed.fingerprint) return undefined;
  const needs = { chat: chatNeed, ghostText: ghostTextNeed };
  if (chatNeed.hasGpu || ghostTextNeed.leastBytes <= bytesBeside(needs)) return needs;
  throw tooBig(ghostText.path, needs);
}

/** What the chat's model leaves of the memory. */
function bytesBeside({ chat }: Needs): number {
  return availableBytes() - chat.leastBytes;
}

function tooBig(path: string, needs: Needs): EngineFailure {
  const facts = { path, neededBytes: needs.ghostText.leastBytes, freeBytes: Math.max(0, bytesBeside(needs)) };
  return new EngineFailure({ kind: 'doesNotFit', ...facts, others: 0, othersBytes: 0 });
}

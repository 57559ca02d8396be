/** What the worker tells of its session, and what came of parking and clearing it; part of the contract in workerMethods.ts. */

import type { ModelRole } from './models';

/** What a lane was last used for. Any request may use any KV that matches; the role says how much a lane is worth. */
export type LaneRole = 'chat' | 'completion';

export interface LaneView {
  readonly id: number;
  /** The model it belongs to, where chat and completions have one each. */
  readonly model?: ModelRole | undefined;
  readonly role: LaneRole;
  /** What its tokens are about: the path for ghost text, for a chat the `subject` of its `ChatParams`; nothing where that is unknown. */
  readonly subject?: string | undefined;
  readonly tokens: number;
  readonly capacity: number;
  readonly busy: boolean;
}

/** A lane's KV state outside the context. */
export interface ParkedView {
  /** As in {@link LaneView}. */
  readonly model?: ModelRole | undefined;
  readonly role: LaneRole;
  /** As in {@link LaneView}. */
  readonly subject?: string | undefined;
  /** Whether it is this owner's, rather than another workspace's with the same model. */
  readonly own: boolean;
  readonly tokens: number;
  readonly bytes: number;
  /** `memory` is a file system in memory. */
  readonly place: 'memory' | 'disk';
}

/** What the session has done since the model was loaded. Tokens. */
export interface SessionTotals {
  /** Of prompts, asked for by requests. */
  readonly promptTokens: number;
  /** Of those, not evaluated, as their KV was there. */
  readonly reusedTokens: number;
  /** Prefill, without warm-up. */
  readonly prefillTokens: number;
  readonly warmTokens: number;
  /** Tokens of answers that were evaluated to get the one after them. */
  readonly decodedTokens: number;
  /** Drafts that the model refuted. */
  readonly refutedTokens: number;
  /** Drafts that it confirmed; also among {@link decodedTokens}. */
  readonly confirmedTokens: number;
  /** KV copied from one lane into another. */
  readonly copiedTokens: number;
  readonly parkedTokens: number;
  readonly restoredTokens: number;
}

/** How fast an answer was, in tokens a second; 0 where there were too few of them to tell. */
export interface AnswerSpeed {
  readonly role: LaneRole;
  readonly prefillTokensPerSecond: number;
  readonly decodeTokensPerSecond: number;
}

/** The worker's memory, as the system has it. */
export interface WorkerMemory {
  readonly residentBytes: number;
  /** Of those, what belongs to no file, so that the system cannot drop it and read it again; nothing where it does not say. */
  readonly anonymousBytes?: number | undefined;
}

/** The session without the process it is in. */
export interface SessionFacts {
  readonly lanes: readonly LaneView[];
  readonly parked: readonly ParkedView[];
  readonly totals: SessionTotals;
  /** What a long prompt of a chat is evaluated at, by the steps so far; 0 where nothing was measured. */
  readonly prefillTokensPerSecond: number;
  /** The last ones that say something about speed, the latest last. */
  readonly answers: readonly AnswerSpeed[];
}

export interface SessionView extends SessionFacts {
  readonly memory: WorkerMemory;
}

export interface ParkResult {
  /** Lanes whose state is kept now, whether it was before or not. */
  readonly lanes: number;
}

/** What was dropped. */
export interface ClearResult {
  /** Lanes that held something; one that a request is using keeps what it has. */
  readonly lanes: number;
  /** Tokens they held. */
  readonly tokens: number;
  /** Parked lanes of this owner's, those of other models included, and their bytes. */
  readonly parked: number;
  readonly bytes: number;
}

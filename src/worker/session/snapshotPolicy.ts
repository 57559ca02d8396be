import type { LaneRole } from '../../contract/sessionFacts';
import { largest } from '../../util/lists';
import type { Lane } from './lane';
import { countUsable, findRestoredFloor, type ParkedFacts } from './lanePolicy';
import type { Tuning } from '../tuning/tuning';

/** What a lane's tokens are for, and about. */
export interface LaneContent {
  readonly role: LaneRole;
  readonly subject?: string | undefined;
}

/** A lane's state outside the context. */
export interface ParkedLane extends Omit<ParkedFacts, 'rewindFloor'>, LaneContent {
  readonly bytes: number;
  /** The workspace it was written for. */
  readonly owner: string;
  readonly place: 'memory' | 'disk';
}

/** What is written of a lane that is parked. */
export interface ParkedContent extends LaneContent {
  readonly tokens: readonly number[];
  readonly expectedBytes: number;
  /** The parked lane this one takes the place of, although its tokens may not begin this one's. */
  readonly replaces?: string;
}

/** Parked lanes that were dropped. */
export interface Dropped {
  readonly parked: number;
  readonly bytes: number;
}

/** Where parked lanes are kept; snapshotStore.ts. */
export interface ParkingPlace {
  /** Usable ones, those of this workspace first, then the most recently used first. */
  readonly entries: readonly ParkedLane[];
  save(lane: ParkedContent, write: (path: string) => Promise<number>): Promise<ParkedLane | undefined>;
  restore(id: string, read: (path: string) => Promise<readonly number[]>): Promise<boolean>;
  touch(id: string): void;
  /** Drops every parked lane of this owner's, those of other models included. */
  clear(): Promise<Dropped>;
  /** Moves what is in memory to disk, as far as it may be there. */
  persist(): Promise<void>;
  dispose(): Promise<void>;
}

/** Evaluating what is not parked yet would take this long, in milliseconds: less is not worth a file. */
const worthParking = 250;
/** Shortest quiet before a lane is parked, and how many times longer than parking it takes: a key press in between has to wait. */
const shortestQuiet = 1500;
const quietFactor = 8;
/** A lane is parked ahead of need at most so often, in milliseconds of quiet and work together. */
const parkingInterval = 20_000;

/** What the policy knows of a lane that might be parked. */
export interface ParkingFacts {
  readonly tokens: number;
  /** Tokens of it that a parked lane holds already. */
  readonly parked: number;
  /** Milliseconds since it was parked last; `Infinity` if never. */
  readonly sinceParked: number;
}

/**
 * Whether a lane is parked now, while nothing is asked for. Parking holds up the session for as long as writing takes, so the quiet has
 * to be long beside that; and it has to spare much more than it costs.
 * @param quiet milliseconds since the last request ended
 */
export function shouldPark(lane: ParkingFacts, quiet: number, costs: { readonly token: number; readonly save: number }): boolean {
  const spared = (lane.tokens - lane.parked) * costs.token;
  const writing = lane.tokens * costs.save;
  return (
    spared >= Math.max(worthParking, writing) &&
    quiet >= Math.max(shortestQuiet, quietFactor * writing) &&
    lane.sinceParked >= parkingInterval
  );
}

/** Parks lanes and takes them up again. Its methods must not run beside a step. */
export class Parking {
  private readonly parkedAt = new Map<number, number>();
  parkedTokens = 0;
  restoredTokens = 0;

  constructor(
    private readonly place: ParkingPlace,
    private readonly tuning: Tuning,
    private readonly bytesPerToken: number,
    private readonly now: () => number,
    /** As {@link findRestoredFloor} has it. */
    private readonly slidingWindow: number | undefined,
  ) {}

  get entries(): readonly (ParkedLane & ParkedFacts)[] {
    const { slidingWindow } = this;
    return this.place.entries.map((entry) => ({ ...entry, rewindFloor: findRestoredFloor(entry.tokens.length, slidingWindow) }));
  }

  /** The next one of the free lanes to park while nothing is asked for. */
  due(lanes: readonly Lane[], quiet: number): Lane | undefined {
    const { laneCosts } = this.tuning;
    return lanes.find((lane) => {
      const sinceParked = this.now() - (this.parkedAt.get(lane.id) ?? -Infinity);
      const facts = { tokens: lane.tokens.length, parked: this.parkedPart(lane), sinceParked };
      return lane.canBeParked && shouldPark(facts, quiet, laneCosts);
    });
  }

  /** Whether any lane holds what would take long to evaluate again and is not parked. */
  isUnparked(lane: Lane): boolean {
    return lane.canBeParked && (lane.tokens.length - this.parkedPart(lane)) * this.tuning.laneCosts.token >= worthParking;
  }

  /**
   * @param content what the lane's tokens are for, where the lane is already somebody else's
   * @returns whether it is kept now
   */
  async park(lane: Lane, { role, subject }: LaneContent = lane): Promise<boolean> {
    if (!lane.canBeParked) return false;
    const started = this.now();
    const tokens = [...lane.tokens];
    // Counts whether or not it succeeds: what cannot be written now is not tried again at once.
    this.parkedAt.set(lane.id, started);
    const { parkedAs } = lane;
    const replaces = parkedAs === undefined ? {} : { replaces: parkedAs };
    const content = { role, subject, tokens, expectedBytes: tokens.length * this.bytesPerToken, ...replaces };
    const parked = await this.place.save(content, (path) => lane.save(path));
    if (!parked) return false;
    this.tuning.recordSave(tokens.length, this.now() - started);
    this.parkedTokens += tokens.length;
    lane.parkedAs = parked.id;
    return true;
  }

  /** Puts a parked lane's state into a lane; the lane is empty when that fails. */
  async restore(id: string, lane: Lane): Promise<boolean> {
    const started = this.now();
    const entry = this.place.entries.find((each) => each.id === id);
    let restored = false;
    try {
      restored = entry !== undefined && (await this.place.restore(id, (path) => lane.load(path)));
    } finally {
      if (!restored) await lane.clear();
    }
    if (!restored || !entry) return false;
    this.place.touch(id);
    this.tuning.recordLoad(entry.tokens.length, this.now() - started);
    this.restoredTokens += entry.tokens.length;
    lane.parkedAs = id;
    lane.role = entry.role;
    lane.subject = entry.subject;
    return true;
  }

  persist(): Promise<void> {
    return this.place.persist();
  }

  /** Drops what is parked for this owner; what the lanes hold may be parked again at once. */
  clear(): Promise<Dropped> {
    this.parkedAt.clear();
    return this.place.clear();
  }

  dispose(): Promise<void> {
    return this.place.dispose();
  }

  private parkedPart(lane: Lane): number {
    return largest(
      this.entries.map((entry) => countUsable(entry, lane.tokens)),
      0,
    );
  }
}

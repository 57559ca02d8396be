import type { LoadModelParams } from '../../../src/contract/models';
import { appendFileSync, writeFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FakeMemory } from '../../unit/host/chat/chatFakes';
import { ColdJudge } from './soakCold';
import { Findings } from './soakFindings';
import { Ledger } from './soakLedger';
import { memoryOf, MemoryLog } from '../lib/processTreeMemory';
import { SoakPlan, type RoundKind } from './soakPlan';
import { megabytes, memoryReport, mostGrowth, percent, type SoakReport } from './soakReport';
import { SoakRound } from './soakRound';
import { SoakWindow } from './soakWindow';
import { Witness } from './soakWitness';
import { readTrace } from '../lib/trace';

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  /** The worker's script, and the model's file. */
  readonly script: string;
  readonly model: string;
  /** For conversations and parked lanes; empty. */
  readonly folder: string;
  /** Where the logs of all workers go. */
  readonly logFile: string;
}

const contextTokens = 4096;
/** For parked lanes: a few of the embedded model's, so that some have to make room for others. */
const storageBytes = 400 * 2 ** 20;
/** Measurements that are remembered, and the like. */
const otherBytes = 2 ** 20;
/** Below this, memory is not judged: there is no time for enough calm rounds. */
export const leastMinutesForMemory = 5;
/** Pairs of an answer and a ghost text that are asked for again cold after each round. */
const samples = 2;
/** How long a request may take to settle once nothing is asked for any more. */
const settleMilliseconds = 60_000;

/** Plays the trace until the time is over. Prints what happens on stderr. */
export class Soak {
  private readonly findings = new Findings(say);
  private readonly witness = new Witness(this.findings);
  private readonly memory = new MemoryLog();
  private readonly judge: ColdJudge;
  private rounds = 0;
  private kills = 0;
  private reloads = 0;
  private restoredTokens = 0;
  private readonly plan: SoakPlan;
  private readonly ledger = new Ledger();
  private readonly workspaceMemory = new FakeMemory();
  private readonly trace = readTrace();
  private readonly started = performance.now();
  /** The worker's life at the end of the round before. */
  private lifeBefore = 0;
  private window: SoakWindow;

  private constructor(private readonly options: SoakOptions) {
    this.plan = new SoakPlan(options.seed);
    this.judge = new ColdJudge(options.script, this.load(), this.findings);
    this.window = this.open();
  }

  static async run(options: SoakOptions): Promise<SoakReport> {
    writeFileSync(options.logFile, '');
    const soak = new Soak(options);
    try {
      while (soak.goesOn()) await soak.round();
      await soak.reload();
      await soak.ledger.check(soak.window.store, soak.findings);
    } finally {
      await soak.closeWindow();
    }
    return soak.report();
  }

  private get elapsedMinutes(): number {
    return (performance.now() - this.started) / 60_000;
  }

  private goesOn(): boolean {
    if (this.elapsedMinutes < this.options.minutes) return true;
    // A slow machine gets the rounds that memory is judged by all the same.
    return this.options.minutes >= leastMinutesForMemory && process.platform === 'linux' && this.memory.stretches.length === 0;
  }

  private async round(): Promise<void> {
    const kind = this.plan.begin(this.rounds, this.elapsedMinutes / this.options.minutes);
    const round = new SoakRound(
      {
        trace: this.trace,
        plan: this.plan,
        ledger: this.ledger,
        witness: this.witness,
        window: () => this.window,
        reload: () => this.reload(),
        onKill: () => this.kills++,
      },
      this.rounds,
    );
    await round.play();
    await this.settled();
    this.rounds++;
    await this.measure(kind);
    await this.ledger.check(this.window.store, this.findings, new Set(round.ids.values()));
    await this.checkStorage();
    await this.compare(round);
    this.tell(kind);
  }

  /** With cold workers; first answers that came soon after a restart, from lanes taken up again. */
  private async compare({ chats, ghosts }: SoakRound): Promise<void> {
    const early = 3;
    const answers = this.plan.sample(
      chats.filter(({ ids }) => ids.length > 0),
      samples,
      ({ place }) => place < early,
    );
    const texts = this.plan.sample(ghosts, samples);
    for (let pair = 0; pair < samples; pair++) await this.judge.compare(answers[pair], texts[pair]);
  }

  private async settled(): Promise<void> {
    for (let waited = 0; this.witness.pending > 0 && waited < settleMilliseconds; waited += 100) await sleep(100);
    if (this.witness.pending > 0) this.findings.add('settling', `${this.witness.pending} requests have not settled at a round's end`);
  }

  /** Before another process maps the model: a page that two have counts for each by half. */
  private async measure(kind: RoundKind): Promise<void> {
    const { life, client } = this.window;
    const wholeRound = life === this.lifeBefore;
    this.lifeBefore = life;
    if (!wholeRound || client.workerPid === undefined) return;
    const memory = await memoryOf(client.workerPid);
    if (memory) this.memory.add(life, memory);
    if (kind === 'calm' && memory) say(`worker ${life}: PSS ${megabytes(memory.pss)}, anonymous ${megabytes(memory.anonymous)}`);
  }

  private async checkStorage(): Promise<void> {
    const bytes = await sizeOf(join(this.options.folder, 'worker'));
    if (bytes > storageBytes + otherBytes)
      this.findings.add('storage', `parked lanes take ${megabytes(bytes)} of ${megabytes(storageBytes)}`);
  }

  private async reload(): Promise<SoakWindow> {
    this.reloads++;
    await this.closeWindow();
    this.window = this.open();
    return this.window;
  }

  private open(): SoakWindow {
    const { findings, witness } = this;
    const { folder, script, logFile } = this.options;
    const storage = { folder: join(folder, 'worker'), maxBytes: storageBytes, owner: 'soak' };
    const model = { ...this.load(), storage };
    const onLog = (lines: readonly string[]): void => {
      appendFileSync(logFile, lines.map((line) => `${line}\n`).join(''));
    };
    const window = new SoakWindow({ script, model, folder, memory: this.workspaceMemory, witness, findings, onLog });
    void window.controller.viewReady();
    return window;
  }

  private async closeWindow(): Promise<void> {
    await this.window.close();
    this.restoredTokens += this.window.restoredTokens;
  }

  private load(): LoadModelParams {
    return { role: 'chat', path: this.options.model, contextTokens, gpu: 'off', threads: 0, force: true };
  }

  private report(): SoakReport {
    const memory = memoryReport(this.memory.stretches);
    if (memory && memory.pssGrowth >= mostGrowth) this.findings.add('memory', `PSS grew by ${percent(memory.pssGrowth)}`);
    const { witness, judge, findings, kills, reloads, rounds, restoredTokens } = this;
    return {
      name: 'soak',
      seed: this.options.seed,
      minutes: Number(this.elapsedMinutes.toFixed(1)),
      rounds,
      holds: findings.list.length === 0,
      requests: witness.counts,
      kills,
      reloads,
      restoredTokens,
      compared: { ...judge.counts, largest: judge.largest },
      ...(memory ? { memory } : {}),
      findings: findings.list,
    };
  }

  private tell(kind: RoundKind): void {
    const { chat, ghost } = this.witness.counts;
    const { same, nearTies, wrong } = this.judge.counts;
    say(
      `${this.elapsedMinutes.toFixed(1)} min, round ${this.rounds} (${kind}): ${chat} answers, ${ghost} ghost texts, ${this.kills} kills, ` +
        `${this.reloads} reloads; cold: ${same} same, ${nearTies} near ties, ${wrong} wrong; ${this.findings.list.length} findings`,
    );
  }
}

function say(line: string): void {
  process.stderr.write(`[soak] ${line}\n`);
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

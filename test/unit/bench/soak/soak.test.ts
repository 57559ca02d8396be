import type { ChatProgress, ChatResult } from '../../../../src/contract/chat';
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../../../src/host/chat/store/conversationRecords';
import { fakeMetrics } from '../../../fixtures/engine/fakeEngine';
import { chatParams } from '../../../fixtures/engine/workerClient';
import { isSame } from '../../../bench/soak/soakCold';
import { Findings } from '../../../bench/soak/soakFindings';
import { differences, Ledger, type Entry } from '../../../bench/soak/soakLedger';
import { growth, MemoryLog } from '../../../bench/lib/processTreeMemory';
import { calmFrom, roundKind, SoakPlan } from '../../../bench/soak/soakPlan';
import { memoryReport, printed, type SoakReport } from '../../../bench/soak/soakReport';
import { Witness, type SeenChat } from '../../../bench/soak/soakWitness';

const resultOf = (text: string, tokens: readonly number[], stop: ChatResult['stop'] = 'end'): ChatResult => ({
  text,
  tokens,
  fingerprint: 'f',
  stop,
  metrics: fakeMetrics,
  droppedTurns: 0,
  cuts: [],
  contextUsed: 1,
});
const piece = (text: string, ...tokens: number[]): ChatProgress => ({ kind: 'text', text, tokens });
const died = { kind: 'workerDied', detail: 'signal SIGKILL' } as const;

function watch(): { readonly witness: Witness; readonly findings: Findings; readonly told: string[] } {
  const told: string[] = [];
  const findings = new Findings((line) => told.push(line));
  return { witness: new Witness(findings), findings, told };
}

/** A chat that streams the pieces and ends in the result. */
async function seenChat(witness: Witness, pieces: readonly ChatProgress[], result: ChatResult): Promise<SeenChat> {
  await witness.chat(
    chatParams('Why?'),
    () => undefined,
    (onProgress) => {
      for (const each of pieces) onProgress(each);
      return Promise.resolve({ kind: 'done', value: result });
    },
  );
  if (!witness.lastChat) throw new Error('the witness saw no chat');
  return witness.lastChat;
}

describe('the witness', () => {
  it('finds nothing wrong with an answer that is what was streamed', async () => {
    const { witness, findings, told } = watch();
    const seen = await seenChat(witness, [piece('Be', 1), piece('cause.', 2, 3)], resultOf('Because.', [1, 2, 3]));
    expect(seen).toMatchObject({ text: 'Because.', tokens: [1, 2, 3], isPart: false });
    expect([findings.list, told, witness.pending]).toEqual([[], [], 0]);
  });

  it('finds text and ids that the result lacks', async () => {
    const { witness, findings, told } = watch();
    await seenChat(witness, [piece('Because.', 1, 2)], resultOf('Beca', [1, 2]));
    await seenChat(witness, [piece('So', 1, 2)], resultOf('So', [1, 3]));
    expect(findings.list.map(({ kind }) => kind)).toEqual(['lost', 'lost']);
    expect(told[0]).toContain('shown "Because."');
  });

  it('puts up with ids of a stop string that the result leaves out', async () => {
    const { witness, findings } = watch();
    await seenChat(witness, [piece('So', 1, 2)], resultOf('So', [1]));
    expect(findings.list).toEqual([]);
  });

  it('finds progress after the end', async () => {
    const { witness, findings } = watch();
    let late: (progress: ChatProgress) => void = () => undefined;
    await witness.chat(
      chatParams('Why?'),
      () => undefined,
      (onProgress) => {
        late = onProgress;
        return Promise.resolve({ kind: 'done', value: resultOf('', []) });
      },
    );
    late(piece('more', 4));
    expect(findings.list).toMatchObject([{ kind: 'settling' }]);
  });

  it('excuses what was cut off by a wanted end, and nothing else', async () => {
    const { witness, findings } = watch();
    witness.born(1);
    const cutOff = witness.ghost(async () => {
      witness.ending();
      await Promise.resolve();
      return { kind: 'failed', error: died };
    });
    await cutOff;
    await witness.warm(() => Promise.resolve({ kind: 'failed', error: died }));
    expect(findings.list).toEqual([]);
    await witness.ghost(() => Promise.resolve({ kind: 'failed', error: { kind: 'internal', detail: 'a defect' } }));
    witness.born(2);
    await witness.ghost(() => Promise.resolve({ kind: 'failed', error: died }));
    expect(findings.list.map(({ kind, what }) => `${kind} ${what}`)).toEqual([
      'failure ghost: {"kind":"internal","detail":"a defect"}',
      'failure ghost: {"kind":"workerDied","detail":"signal SIGKILL"}',
    ]);
    expect(witness.counts).toMatchObject({ ghost: 3, warm: 1, failed: 4 });
  });

  it('counts what has not settled, and finds a request that throws', async () => {
    const { witness, findings } = watch();
    void witness.ghost(() => new Promise(() => undefined));
    await expect(witness.warm(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(witness.pending).toBe(1);
    expect(findings.list).toMatchObject([{ kind: 'settling' }]);
  });

  it('knows a part from a whole answer, and which of its worker it was', async () => {
    const { witness } = watch();
    witness.born(4);
    await seenChat(witness, [], resultOf('', []));
    expect(await seenChat(witness, [piece('So', 1)], resultOf('So', [1], 'cancelled'))).toMatchObject({ life: 4, place: 1, isPart: true });
  });
});

describe('the ledger', () => {
  const seen = { text: 'Because.', ids: [1, 2] } as unknown as SeenChat;
  const entry: Entry = { conversation: 'c', turn: 't', question: 'Why?', seen };
  const turn = { id: 't', user: { text: 'Why?' }, answer: 'Because.', tokens: [1, 2], state: 'done', droppedTurns: 0, cuts: [] } as const;
  const record = (turns: readonly object[]): Conversation =>
    ({ schema: 1, id: 'c', title: '', createdAt: 0, updatedAt: 0, turns }) as unknown as Conversation;

  it('finds nothing wrong with a record that has everything', () => {
    expect(differences([entry], record([turn]))).toEqual([]);
    expect(differences([], undefined)).toEqual([]);
  });

  it.each([
    ['a lost conversation', undefined, 'is gone, with 1 turns'],
    ['a lost turn', record([]), 'has the turns  in place of t'],
    ['a turn too many', record([turn, { ...turn, id: 'u' }]), 'has the turns t u in place of t'],
    ['a lost character', record([{ ...turn, answer: 'Because' }]), 'has the answer "Because", and shown was "Because."'],
    ['another question', record([{ ...turn, user: { text: 'How?' } }]), 'asks "How?", not "Why?"'],
    ['a lost id', record([{ ...turn, tokens: [1] }]), 'has other ids than came with "Because."'],
  ])('finds %s', (_, stored, sentence) => {
    expect(differences([entry], stored)).toEqual([sentence]);
  });

  it('lets an answer asked for again take the place of an empty one only', () => {
    const ledger = new Ledger();
    ledger.add(entry);
    ledger.replaceEmpty('c');
    expect(ledger.of('c')).toEqual([entry]);
    ledger.add({ ...entry, turn: 'u', seen: { text: '', ids: [] } as unknown as SeenChat });
    ledger.replaceEmpty('c');
    expect(ledger.of('c')).toEqual([entry]);
  });
});

describe('the comparison with a cold answer', () => {
  it('holds a part against a beginning, and a whole against the whole', () => {
    expect(isSame([1, 2], [1, 2], false)).toBe(true);
    expect(isSame([1], [1, 2], false)).toBe(false);
    expect(isSame([1], [1, 2], true)).toBe(true);
    expect(isSame([1, 2, 3], [1, 2], true)).toBe(false);
    expect(isSame([1, 3], [1, 2], true)).toBe(false);
  });
});

describe('memory', () => {
  it('grows by the slope over all rounds, whatever a single one does', () => {
    expect(growth([100, 101, 102, 103, 104])).toBeCloseTo(4 / 102);
    expect(growth([100, 100, 100, 100, 100])).toBe(0);
    expect(growth([100, 100, 130, 100, 100])).toBe(0);
    expect(growth([104, 103, 102, 101, 100])).toBeLessThan(0);
  });

  it('is judged within one life, without its warm-up round, and in the longest life', () => {
    const log = new MemoryLog();
    const at = (pss: number): { pss: number; anonymous: number } => ({ pss, anonymous: pss / 2 });
    for (const pss of [50, 100, 100, 100]) log.add(1, at(pss));
    expect(log.stretches).toEqual([]);
    expect(memoryReport(log.stretches)).toBeUndefined();
    for (const pss of [50, 200, 200, 200, 200]) log.add(2, at(pss));
    for (const pss of [50, 300, 303, 306, 309, 312]) log.add(3, at(pss));
    expect(log.stretches.map(({ life }) => life)).toEqual([2, 3]);
    expect(memoryReport(log.stretches)).toMatchObject({ rounds: 5, firstPss: 300, lastPss: 312 });
    expect(memoryReport(log.stretches)?.pssGrowth).toBeCloseTo(12 / 306);
  });
});

describe('the plan', () => {
  /** Everything a plan decides in some rounds. */
  const course = (seed: number, elapsed: number): readonly string[] => {
    const plan = new SoakPlan(seed);
    return Array.from({ length: 8 }, (_, round) => {
      plan.begin(round, elapsed);
      const answers = Array.from({ length: 40 }, () => plan.forAnswer());
      const keys = Array.from({ length: 600 }, () => plan.forKey());
      return [...answers.map(({ kind, after }) => `${kind}${after}`), ...keys, plan.pace()].join(' ');
    });
  };

  it('is the same for the same seed, and another for another', () => {
    expect(course(1, 0)).toEqual(course(1, 0));
    expect(course(2, 0)).not.toEqual(course(1, 0));
  });

  it('kills and reloads in rough rounds, and never in calm ones', () => {
    const rounds = course(1, 0);
    const calm = rounds.filter((_, round) => roundKind(round, 0) === 'calm');
    expect(calm).toHaveLength(2);
    for (const each of calm) expect(each).not.toMatch(/kill|reload/);
    for (const wanted of ['kill', 'reload', 'cancel']) expect(rounds.join(' ')).toContain(wanted);
    for (const each of course(1, calmFrom)) expect(each).not.toMatch(/kill|reload/);
  });

  it('samples without repetition, what matters first', () => {
    const sampled = new SoakPlan(1).sample([1, 2, 3, 4, 5, 6], 3, (number) => number > 4);
    expect(new Set(sampled).size).toBe(3);
    expect(sampled.slice(0, 2).toSorted()).toEqual([5, 6]);
    expect(new SoakPlan(1).sample([1], 3)).toEqual([1]);
  });
});

describe('the report', () => {
  const report: SoakReport = {
    name: 'soak',
    seed: 1,
    minutes: 10,
    rounds: 9,
    holds: false,
    requests: { chat: 1, ghost: 2, warm: 3, cancelled: 4, failed: 5 },
    kills: 6,
    reloads: 7,
    restoredTokens: 8,
    compared: { chat: 1, ghost: 1, same: 1, nearTies: 0, wrong: 1, largest: 0 },
    findings: [
      { kind: 'wrong', what: 'a' },
      { kind: 'lost', what: 'b' },
      { kind: 'wrong', what: 'c' },
    ],
  };

  it('ends in one JSON object, and says of what kind the findings are', () => {
    const lines = printed(report).trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual(report);
    expect(lines.at(-2)).toBe('holds         no: wrong 2, lost 1');
    expect(lines.find((line) => line.startsWith('memory'))).toContain('not measured');
  });
});

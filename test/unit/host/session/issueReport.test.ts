import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { issueReport, type ReportFacts } from '../../../../src/host/session/issueReport';
import { readConfig } from '../../../../src/host/services/config';
import type { EngineErrorData } from '../../../../src/contract/engineErrors';
import { fakeFacts } from '../../../fixtures/engine/fakeEngine';
import { sampleView } from './sessionSamples';

const defaults = readConfig(() => undefined);

function facts(more: Partial<ReportFacts> = {}): ReportFacts {
  return {
    versions: { paddock: '0.1.0', vscode: '1.104.0', appHost: 'desktop', remote: undefined, language: 'en' },
    machine: { platform: 'linux', release: '6.1', arch: 'x64', cpu: 'Some CPU', cores: 8, totalBytes: 16e9, freeBytes: 8e9 },
    worker: { protocolVersion: 4, pid: 1, libraryVersion: '3.22.1', runtimeVersion: 'v22.1.0' },
    state: { kind: 'ready', generation: 1, responding: true, facts: { ...fakeFacts, path: '/project/models/llama-2-7b.gguf' } },
    view: sampleView,
    config: defaults,
    lastError: undefined,
    ...more,
  };
}

describe('the issue report', () => {
  it('lists the version, the machine, the model and the session', () => {
    const report = issueReport(facts({ lastError: { kind: 'workerDied', detail: 'it ended by SIGSEGV', cause: 'memory' } }));
    expect(report).toContain('| Paddock | 0.1.0 |');
    expect(report).toContain('| node-llama-cpp | 3.22.1 |');
    expect(report).toContain('| CPU | Some CPU, 8 threads |');
    expect(report).toContain('| File | llama-2-7b.gguf, 0 MB, read |');
    expect(report).toContain('| Lane 1 | chat, 2048 of 4095 tokens, busy |');
    expect(report).toContain('| Parked 2 | chat, 4000 tokens, 2100 MB, disk, another workspace |');
    expect(report).toContain('reusedTokens 9299');
    expect(report).toContain('| model.path | embedded |');
    expect(report).toContain('| Kind | workerDied |\n| Cause | memory |\n| Detail | SIGSEGV |');
  });

  it('lists what is known without a worker', () => {
    const report = issueReport(facts({ state: { kind: 'stopped' }, view: undefined, worker: undefined }));
    expect(report).toContain('| Engine | stopped |');
    expect(report).toContain('| Worker | not started |');
    expect(report).not.toMatch(/### (Session|Model|Last error)/);
  });

  it('includes numbers and known words of an error', () => {
    const error: EngineErrorData = {
      kind: 'workerUnavailable',
      detail: "spawn /project/alice/node ENOENT, then exit code 134 for ALICE's sake",
    };
    expect(issueReport(facts({ lastError: error }))).toContain('| Detail | ENOENT, exit code 134 |');
    const memory: EngineErrorData = { kind: 'outOfMemory', path: '/project/alice/a.gguf', neededBytes: 7, freeBytes: 3 };
    expect(issueReport(facts({ lastError: memory }))).toContain('| neededBytes | 7 |\n| freeBytes | 3 |');
  });
});

/** Text that could come from anywhere, with a mark by which it is found again. */
const secret = fc
  .tuple(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.string({ unit: 'grapheme', maxLength: 12 }))
  .map(([before, after]) => `${before}Xq7Private${after}`);

const hostile = fc.oneof(
  secret,
  fc.constantFrom(
    '/home/Xq7Private/models/',
    'C:\\Users\\Xq7Private Smith\\models\\',
    "ENOENT: no such file or directory, open '/home/Xq7Private/a b/c.gguf'",
    'Xq7Private | x |\n| --- |\n## heading',
    '\u202eXq7Private',
    '`Xq7Private` <img src=x onerror=alert(1)> [x](http://x.test)',
  ),
);

const errors = fc
  .tuple(hostile, fc.constantFrom('modelBroken', 'workerDied', 'workerUnavailable', 'chatTemplate', 'internal'))
  .map(([detail, kind]): EngineErrorData =>
    kind === 'modelBroken' ? { kind, path: detail, detail } : { kind: kind as 'internal', detail },
  );

describe('private data', () => {
  it('is never in an issue report', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 8, maxLength: 8 }), errors, (texts, lastError) => {
        const [path = '', runtime = '', prompt = '', exclude = '', one, two, three, language = ''] = texts;
        const report = issueReport(
          facts({
            lastError,
            state: { kind: 'ready', generation: 1, responding: true, facts: { ...fakeFacts, name: one ?? '', path: `${path}/base.gguf` } },
            config: {
              ...defaults,
              'model.path': `${path}\\base.gguf`,
              'worker.runtime': runtime,
              'chat.ownSystemPrompt': prompt,
              'ghostText.exclude': [exclude],
              'ghostText.languages': { [language]: true },
            },
            view: {
              ...sampleView,
              lanes: sampleView.lanes.map((lane) => ({ ...lane, subject: two })),
              parked: sampleView.parked.map((each) => ({ ...each, subject: three })),
            },
          }),
        );
        expect(report).not.toContain('Xq7Private');
        expect(report).toContain('base.gguf');
      }),
    );
  });

  it('cannot break the report’s table or start markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (name, architecture) => {
        const report = issueReport(
          facts({
            state: {
              kind: 'ready',
              generation: 1,
              responding: true,
              facts: { ...fakeFacts, path: name, architecture: `${architecture}|<b>` },
            },
            lastError: { kind: 'unsupportedArchitecture', path: name, architecture: '\n# x' },
          }),
        );
        for (const line of report.split('\n'))
          expect(line).toMatch(/^$|^### [A-Z][a-z ]+$|^\|( [^|]* \|){2}$|^\| \| \|$|^\| --- \| --- \|$/);
        expect(report).not.toContain('<');
      }),
    );
  });
});

import type { ModelFacts } from '../../../../src/contract/models';
import { describe, expect, it } from 'vitest';
import type { EngineState } from '../../../../src/host/llm/languageModel';
import { lanesLine, statusView } from '../../../../src/host/status/statusBarView';
import { fakeFacts } from '../../../fixtures/engine/fakeEngine';

function ready(more: Partial<ModelFacts> = {}, responding = true): EngineState {
  return { kind: 'ready', generation: 1, responding, facts: { ...fakeFacts, ...more } };
}

describe('the status bar with a model', () => {
  it('shows the model, threads and lanes in its tooltip', () => {
    expect(statusView(ready({ lanes: 4 }), '', 12.3, false)).toEqual({
      text: '$(hubot) Fake 7B 12 tokens/s',
      tooltip: 'Paddock: Fake 7B, on the CPU with 2 threads; nothing leaves this machine\n4 lanes of 4,096 tokens, 8.6 GB',
      accessibleLabel:
        'Fake 7B 12 tokens/s. Paddock: Fake 7B, on the CPU with 2 threads; nothing leaves this machine\n4 lanes of 4,096 tokens, 8.6 GB',
      isProblem: false,
    });
    expect(lanesLine({ ...fakeFacts, lanes: 1 })).toBe('1 lane of 4,096 tokens, 2.1 GB');
  });

  it('shows the threads of both phases when they differ, and the GPU', () => {
    expect(statusView(ready({ threads: 4, decodeThreads: 3 }), '', undefined, false).tooltip).toContain(
      'with 4 threads to read and 3 to write',
    );
    expect(statusView(ready({ gpu: 'metal', decodeThreads: 1 }), '', undefined, false).tooltip).toContain('on the GPU (metal)');
  });

  it('shows restored tokens only when there are some', () => {
    expect(statusView(ready({ restoredTokens: 3072 }), '', undefined, false).tooltip).toMatch(/\n3,072 tokens taken up again$/);
    expect(statusView(ready(), '', undefined, false).tooltip).not.toContain('again');
  });

  it('shows the separate model of ghost text, or why it cannot be used', () => {
    expect(statusView(ready(), '', undefined, false).tooltip).not.toContain('Ghost text');
    const loaded = ready({ completion: { kind: 'loaded', facts: { ...fakeFacts, name: 'Small 1B' } } });
    expect(statusView(loaded, '', undefined, false)).toMatchObject({ text: '$(hubot) Fake 7B', isProblem: false });
    expect(statusView(loaded, '', undefined, false).tooltip).toMatch(/\nGhost text: Small 1B$/);
    const doesNotFit = {
      kind: 'doesNotFit',
      path: '/models/small.gguf',
      neededBytes: 3e9,
      freeBytes: 1.2e9,
      others: 0,
      othersBytes: 0,
    } as const;
    const { tooltip, isProblem } = statusView(ready({ completion: { kind: 'failed', error: doesNotFit } }), '', undefined, false);
    expect(tooltip).toContain('does not fit beside it: it needs 3.0 GB, and 1.2 GB are left');
    expect(isProblem).toBe(false);
    const missing = ready({ completion: { kind: 'failed', error: { kind: 'modelNotFound', path: '/models/small.gguf' } } });
    expect(statusView(missing, '', undefined, false).tooltip).toContain(
      'cannot be used. The model file /models/small.gguf cannot be opened.',
    );
  });

  it('shows without a warning that the model is not responding', () => {
    const view = statusView(ready({}, false), '', 12, false);
    expect(view).toMatchObject({ text: '$(watch) Fake 7B (not responding)', isProblem: false });
    expect(view.tooltip).toContain('is not responding');
  });

  it('says that nothing leaves the machine only for a local model', () => {
    expect(statusView(ready(), '', undefined, true).tooltip).not.toContain('leaves');
  });
});

describe('the status bar without a model', () => {
  it('says why no model is loaded and when it will be', () => {
    expect(statusView({ kind: 'stopped' }, '', undefined, false).tooltip).toContain('when you first open the chat or type');
    expect(statusView({ kind: 'stopped', why: 'idle' }, '', undefined, false)).toMatchObject({
      text: '$(hubot) Paddock',
      tooltip: 'Model unloaded to free memory; it loads again when you ask',
      isProblem: false,
    });
  });
});

describe('the status bar with a server', () => {
  const server = {
    host: 'gpu.example.com:8000',
    isThisMachine: false,
    model: 'meta-llama/llama-2-70b',
    name: 'llama-2-70b',
    contextTokens: 4096,
    fingerprint: 'f',
  };

  it('shows the host that text is sent to, or that it is this machine', () => {
    const remote = statusView({ kind: 'remote', generation: 1, server }, '', 30, true);
    expect(remote.text).toBe('$(hubot) llama-2-70b 30 tokens/s');
    expect(remote.tooltip).toBe('Paddock: llama-2-70b, sent to gpu.example.com:8000');
    const local = { ...server, host: '127.0.0.1:8080', isThisMachine: true };
    expect(statusView({ kind: 'remote', generation: 1, server: local }, '', undefined, false).tooltip).toBe(
      'Paddock: llama-2-70b, server on this machine, 127.0.0.1:8080',
    );
  });

  it('shows the kind of server and the parameters it refused', () => {
    const known = { ...server, dialect: 'vLLM', learnt: ['seed', 'role: system'] };
    expect(statusView({ kind: 'remote', generation: 1, server: known }, '', undefined, true).tooltip.split('\n')).toEqual([
      'Paddock: llama-2-70b, sent to gpu.example.com:8000',
      'Kind of server: vLLM',
      'No longer sent, as the server refused it: seed, role: system',
    ]);
  });
});

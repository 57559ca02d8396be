import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TemplateThread, THREAD_READY } from '../../../../src/worker/templates/templateThread';
import type { TemplateVariables } from '../../../../src/prompt/template/templateRenderer';

const root = join(import.meta.dirname, '../../../..');
const variables: TemplateVariables = { messages: [{ role: 'user', content: 'Hi' }] };
const greeting = '{{ messages[0].content }}!';

let folder = '';
let script: URL;
const threads: TemplateThread[] = [];

/** A thread whose clock stands still until it is told to tick. */
function startThread(url = script): { readonly thread: TemplateThread; readonly tick: (times: number) => Promise<void> } {
  const waiting = new Set<() => void>();
  const thread = new TemplateThread(url, (onTick) => {
    waiting.add(onTick);
    return () => waiting.delete(onTick);
  });
  threads.push(thread);
  return {
    thread,
    tick: async (times) => {
      // The clock is asked for when the thread gets its job.
      while (waiting.size === 0) await new Promise((resolve) => setImmediate(resolve));
      for (let count = 0; count < times; count++) for (const onTick of [...waiting]) onTick();
    },
  };
}

/** A script in the place of ours, as a template that defeats all limits would behave. */
async function writeScript(source: string): Promise<URL> {
  const file = join(folder, `${randomUUID()}.mjs`);
  await writeFile(file, `import { parentPort } from 'node:worker_threads';\nparentPort.postMessage('${THREAD_READY}');\n${source}`);
  return pathToFileURL(file);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'template-thread-'));
  const outfile = join(folder, 'renderTemplates.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: ['src/worker/templates/renderTemplates.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  script = pathToFileURL(outfile);
});

afterEach(async () => {
  await Promise.all(threads.splice(0).map((thread) => thread.dispose()));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('a thread for chat templates', () => {
  it('renders one template after the other', async () => {
    const { thread } = startThread();
    const outcomes = await Promise.all([
      thread.render(greeting, variables),
      thread.render('{{ nothing.at.all }}', variables),
      thread.render(greeting, { messages: [{ content: 'Ho' }] }),
    ]);
    expect(outcomes).toEqual([{ text: 'Hi!' }, { refusal: "'nothing' is undefined", isFinal: false }, { text: 'Ho!' }]);
  });

  it('says that a template beyond the limits is not to be tried again', async () => {
    const { thread } = startThread();
    expect(await thread.render('{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}', variables)).toEqual({
      refusal: 'it does not come to an end',
      isFinal: true,
    });
    expect(await thread.render(' '.repeat(120_000), variables)).toEqual({ refusal: 'it has 120000 characters', isFinal: true });
    expect(await thread.render(greeting, variables)).toEqual({ text: 'Hi!' });
  });

  it('is ended when it says nothing for twenty ticks, and renders the same template for a shorter conversation', async () => {
    const stubborn = await writeScript(
      `parentPort.on('message', ({ id, source, variables }) => { if (variables.messages.length > 2) for (;;); parentPort.postMessage({ id, outcome: { text: source } }); });`,
    );
    const { thread, tick } = startThread(stubborn);
    expect(await thread.render('good', variables)).toEqual({ text: 'good' });
    const refused = thread.render('slow', { messages: Array.from({ length: 300 }, () => ({ content: 'Hi' })) });
    const queued = thread.render('next', variables);
    await tick(19);
    await tick(1);
    expect(await refused).toEqual({ refusal: 'it takes too long', isFinal: true });
    expect(await queued).toEqual({ text: 'next' });
    expect(await thread.render('slow', variables)).toEqual({ text: 'slow' });
  });

  it('ends a regular expression that backtracks for ever', async () => {
    const backtracking = await writeScript(
      `parentPort.on('message', ({ id, source }) => { if (source === 'bad') /^(a+)+$/.test('a'.repeat(60) + 'b'); parentPort.postMessage({ id, outcome: { text: source } }); });`,
    );
    const { thread, tick } = startThread(backtracking);
    expect(await thread.render('good', variables)).toEqual({ text: 'good' });
    const refused = thread.render('bad', variables);
    await tick(20);
    expect(await refused).toEqual({ refusal: 'it takes too long', isFinal: true });
  });

  it('survives one that takes too much memory', async () => {
    const greedy = await writeScript(
      `parentPort.on('message', ({ id, source }) => { const all = []; if (source === 'bad') for (;;) all.push(new Array(1000).fill(all.length)); parentPort.postMessage({ id, outcome: { text: source } }); });`,
    );
    const { thread } = startThread(greedy);
    expect(await thread.render('bad', variables)).toEqual({ refusal: 'it takes too much memory', isFinal: true });
    expect(await thread.render('good', variables)).toEqual({ text: 'good' });
  });

  it.each([
    ['throws', `parentPort.on('message', () => { throw new Error('broken'); });`, /broken/],
    ['ends', `parentPort.on('message', () => process.exit(3));`, /its thread ended/],
  ])('gives a reason when its script %s', async (_, source, reason) => {
    const { thread } = startThread(await writeScript(source));
    expect(await thread.render('x', variables)).toMatchObject({ refusal: expect.stringMatching(reason) as string });
  });

  it('that does not start is a refusal that may pass', async () => {
    const { thread } = startThread(pathToFileURL(join(folder, 'nothing.mjs')));
    expect(await thread.render('x', variables)).toMatchObject({
      refusal: expect.stringMatching(/does not start/) as string,
      isFinal: false,
      isTransient: true,
    });
  });

  it('is ended while it starts, without a wait for it', async () => {
    const file = join(folder, 'silent.mjs');
    await writeFile(file, 'setInterval(() => undefined, 1000);');
    const { thread, tick } = startThread(pathToFileURL(file));
    const outcome = thread.render('x', variables);
    await tick(1);
    // The clock stands still from here on: the time that a start may take would never pass.
    await thread.dispose();
    expect(await outcome).toEqual({ refusal: 'its thread does not start: its thread ended', isFinal: false, isTransient: true });
  });

  it('is ended at work, which says nothing of the template', async () => {
    const { thread, tick } = startThread(
      await writeScript(
        `parentPort.on('message', ({ id, source }) => { if (source === 'bad') for (;;); parentPort.postMessage({ id, outcome: { text: source } }); });`,
      ),
    );
    expect(await thread.render('good', variables)).toEqual({ text: 'good' });
    const outcome = thread.render('bad', variables);
    await tick(1);
    await thread.dispose();
    expect(await outcome).toEqual({ refusal: 'its thread was ended', isFinal: false, isTransient: true });
  });

  it('stays, though the one before it ends later', async () => {
    const { thread } = startThread(
      await writeScript(
        `import { threadId } from 'node:worker_threads';\nparentPort.on('message', ({ id }) => { parentPort.postMessage({ id, outcome: { text: String(threadId) } }); });`,
      ),
    );
    const before = await thread.render('x', variables);
    const ended = thread.dispose();
    const next = thread.render('x', variables);
    await ended;
    expect(await thread.render('x', variables)).toEqual(await next);
    expect(await next).not.toEqual(before);
  });

  it('starts again after it was disposed', async () => {
    const { thread } = startThread();
    expect(await thread.render(greeting, variables)).toEqual({ text: 'Hi!' });
    await thread.dispose();
    expect(await thread.render(greeting, variables)).toEqual({ text: 'Hi!' });
  });
});

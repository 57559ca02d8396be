import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DownloadScene, firstHalfStalls, modelPath } from '../../../fixtures/servers/downloadServer';
import { FileServer, modelBytes, sha256 } from '../../../fixtures/servers/fileServer';

let scene: DownloadScene;

beforeEach(async () => {
  scene = await DownloadScene.open();
});

afterEach(async () => {
  await scene.close();
});

/** Downloads, and holds what lies there against what the hub has. */
async function arrives(params = scene.params()): Promise<void> {
  expect(await scene.run(params)).toEqual({ kind: 'done', bytes: scene.bytes.length });
  expect((await readFile(scene.path)).equals(scene.bytes)).toBe(true);
  expect((await readdir(scene.folder)).sort()).toEqual(['download.json', 'model.gguf']);
}

describe('a server that behaves', () => {
  it('gives a file in parts side by side, which is checked before it gets its name', async () => {
    await arrives();
    expect(scene.hub.asked.length).toBeGreaterThan(3);
    expect(scene.progress.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1])).toEqual([
      'looking',
      'receiving',
      'checking',
    ]);
    expect(scene.progress.at(-1)).toEqual({ phase: 'checking', bytes: 300_000, total: 300_000 });
  });

  it('is not asked for a file again that is there', async () => {
    await arrives();
    scene.hub.asked.length = 0;
    await arrives();
    expect(scene.hub.asked).toHaveLength(1);
  });

  it('gives every part of a model that is split', async () => {
    const parts = [1, 2, 3].map((number) => ({ name: `m-0000${number}-of-00003.gguf`, bytes: modelBytes(50_000, number) }));
    for (const { name, bytes } of parts) scene.hub.files.set(`/owner/name/resolve/main/${name}`, bytes);
    const files = parts.map(({ name, bytes }) => ({
      url: `${scene.hub.address()}/owner/name/resolve/main/${name}`,
      name,
      bytes: 0,
      sha256: sha256(bytes),
    }));
    expect(await scene.run(scene.params({ files }))).toEqual({ kind: 'done', bytes: 150_000 });
    for (const { name, bytes } of parts) expect((await readFile(join(scene.folder, name))).equals(bytes)).toBe(true);
    expect(Math.max(...scene.progress.filter(({ phase }) => phase === 'receiving').map(({ bytes }) => bytes))).toBe(150_000);
  });
});

describe('a server that does not', () => {
  it('may drop every connection midway', async () => {
    scene.hub.fault = ({ count, range }) =>
      count > 0 && range && range.to - range.from > 1000 ? { kind: 'drop', after: 1000 } : undefined;
    await arrives();
    expect(scene.clock.waits.length).toBeGreaterThan(100);
    expect(Math.max(...scene.clock.waits)).toBe(250);
    expect(scene.progress.some(({ phase }) => phase === 'waiting')).toBe(true);
  });

  it('may ignore ranges, and drop as well', async () => {
    scene.hub.fault = ({ count }) =>
      count === 1 || count === 2 ? { kind: 'drop', after: 120_000 * count, whole: true } : { kind: 'noRange' };
    await arrives();
  });

  it('may claim to know ranges and send the whole file', async () => {
    scene.hub.fault = ({ count }) => (count > 0 ? { kind: 'noRange' } : undefined);
    await arrives();
  });

  it('may send a little at a time', async () => {
    scene.hub.fault = () => ({ kind: 'throttle', bytes: 777 });
    await arrives();
  });

  it('may end its answers early, in good order', async () => {
    scene.hub.fault = ({ count }) => (count > 0 && count % 2 === 1 ? { kind: 'short', by: 5000 } : undefined);
    await arrives();
  });

  it('is given up when nothing comes any more, and what came is kept', async () => {
    scene.hub.fault = ({ range }) => (range && range.from >= 150_000 ? { kind: 'drop', after: 0 } : undefined);
    expect(await scene.problem()).toMatchObject({ kind: 'connectionLost' });
    expect(Math.max(...scene.clock.waits)).toBeGreaterThan(10_000);
    await goesOn();
  });

  it('is left alone for as long as it asks for', async () => {
    scene.hub.fault = ({ count }) =>
      count === 0 || count === 2 ? { kind: 'status', status: 429, headers: { 'retry-after': '7' } } : undefined;
    await arrives();
    expect(scene.clock.waits).toEqual([7000, 7000]);
  });

  it('is not waited for when it asks for an hour', async () => {
    scene.hub.fault = () => ({ kind: 'status', status: 429, headers: { 'retry-after': '3600' } });
    expect(await scene.problem()).toMatchObject({ kind: 'rateLimited', seconds: 3600 });
    expect(scene.clock.waits).toEqual([]);
  });

  it('is asked again where it has trouble of its own', async () => {
    scene.hub.fault = ({ count }) => (count < 3 ? { kind: 'status', status: 503 } : undefined);
    await arrives();
    scene.hub.fault = () => ({ kind: 'status', status: 503 });
    expect(await scene.problem(scene.params({ fresh: true }))).toMatchObject({ kind: 'server', status: 503 });
  });

  it.each([
    [
      { kind: 'status', status: 404 },
      { kind: 'notFound', file: 'model.gguf' },
    ],
    [{ kind: 'status', status: 401, headers: { 'x-error-code': 'RepoNotFound' } }, { kind: 'notFound' }],
    [
      { kind: 'status', status: 401, headers: { 'x-error-code': 'GatedRepo' } },
      { kind: 'gated', hasToken: false },
    ],
    [
      { kind: 'status', status: 403 },
      { kind: 'gated', hasToken: false },
    ],
    [{ kind: 'html' }, { kind: 'webPage' }],
  ] as const)('%o ends it at once with %o', async (fault, problem) => {
    scene.hub.fault = () => fault;
    expect(await scene.problem()).toMatchObject(problem);
    expect(scene.hub.asked).toHaveLength(1);
  });

  it('may put a web page in the place of a part', async () => {
    scene.hub.fault = ({ count }) => (count === 2 ? { kind: 'html' } : undefined);
    expect(await scene.problem()).toMatchObject({ kind: 'webPage' });
    scene.hub.fault = () => undefined;
    await arrives();
  });

  it.each(['GG', 'not a model', ''])('is told by the first bytes when %j is no model', async (text) => {
    scene.hub.files.set(modelPath, Buffer.from(text));
    const problem = await scene.problem(scene.params({}, { bytes: 0, sha256: undefined }));
    expect(problem.kind).toBe(text === '' ? 'server' : 'notGguf');
  });

  it('is told where it cannot be reached', async () => {
    const gone = await FileServer.start();
    const url = gone.address() + modelPath;
    await gone.close();
    expect(await scene.problem(scene.params({}, { url }))).toMatchObject({ kind: 'noNetwork', detail: 'ECONNREFUSED' });
    expect(scene.clock.waits).toEqual([250, 500, 1000]);
  });
});

describe('a length', () => {
  it('that is not the catalogue’s is found before anything is received', async () => {
    expect(await scene.problem(scene.params({}, { bytes: 299_999 }))).toEqual({
      kind: 'wrongLength',
      file: 'model.gguf',
      expectedBytes: 299_999,
      foundBytes: 300_000,
    });
    expect(scene.hub.asked).toHaveLength(1);
  });

  it('that the answer exceeds ends the download', async () => {
    scene.hub.fault = ({ count }) => (count > 0 ? { kind: 'long', by: 10 } : undefined);
    expect(await scene.problem()).toMatchObject({ kind: 'wrongLength' });
  });

  it('that shrinks midway ends the download', async () => {
    scene.hub.fault = ({ count }) => {
      if (count === 1) scene.hub.files.set(modelPath, scene.bytes.subarray(0, 100_000));
      return undefined;
    };
    expect(await scene.problem()).toMatchObject({ kind: 'wrongLength' });
  });
});

describe('a checksum', () => {
  it('that is not the catalogue’s by the hub’s own word is found before anything is received', async () => {
    scene.hub.headers = { 'x-linked-etag': `"${sha256(Buffer.from('other'))}"` };
    expect(await scene.problem()).toMatchObject({ kind: 'otherFile' });
    expect(scene.hub.asked).toHaveLength(1);
  });

  it('of the hub counts where the catalogue has none', async () => {
    scene.hub.headers = { 'x-linked-etag': `"${sha256(scene.bytes)}"` };
    await arrives(scene.params({}, { sha256: undefined }));
    expect(scene.progress.at(-1)?.phase).toBe('checking');
  });

  it('that is wrong sets the file aside, and it is not used', async () => {
    const damaged = Buffer.from(scene.bytes);
    damaged[200_000] = (damaged[200_000] ?? 0) ^ 1;
    scene.hub.files.set(modelPath, damaged);
    const problem = await scene.problem();
    expect(problem).toEqual({ kind: 'corrupt', file: 'model.gguf', aside: `${scene.path}.corrupt` });
    expect((await readFile(`${scene.path}.corrupt`)).equals(damaged)).toBe(true);
    await expect(stat(scene.path)).rejects.toThrow('ENOENT');
    scene.hub.files.set(modelPath, scene.bytes);
    await arrives(scene.params({ fresh: true }));
  });
});

describe('a token', () => {
  const token = 'hf_secret';
  let store: FileServer;

  beforeEach(async () => {
    store = await FileServer.start();
    store.files.set('/blob', scene.bytes);
  });

  afterEach(async () => {
    await store.close();
  });

  it('is told to the hub, also behind a redirect of its own, and not to the store it sends to', async () => {
    scene.hub.fault = ({ path }) =>
      path === modelPath
        ? { kind: 'redirect', to: '/moved', headers: { 'x-linked-etag': `"${sha256(scene.bytes)}"`, 'x-linked-size': '300000' } }
        : { kind: 'redirect', to: `${store.address()}/blob` };
    await arrives(scene.params({ token }, { sha256: undefined, bytes: 0 }));
    expect(new Set(scene.hub.asked.map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer ${token}`]));
    expect(store.asked.length).toBeGreaterThan(3);
    expect(store.asked.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
    expect(JSON.stringify(scene.logged) + (await readFile(join(scene.folder, 'download.json'), 'utf8'))).not.toContain(token);
  });

  it('is not told to another port or name of the same machine', async () => {
    await arrives(scene.params({ token, hubOrigin: store.address() }));
    expect(scene.hub.asked.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });

  it('that is refused is told from a licence that is not accepted', async () => {
    scene.hub.fault = () => ({ kind: 'status', status: 401 });
    expect(await scene.problem(scene.params({ token }))).toMatchObject({ kind: 'tokenRefused' });
    scene.hub.fault = () => ({ kind: 'status', status: 403, headers: { 'x-error-code': 'GatedRepo' } });
    expect(await scene.problem(scene.params({ token }))).toMatchObject({ kind: 'gated', hasToken: true });
  });

  it('is asked of the hub anew when a link of the store has run out', async () => {
    scene.hub.fault = () => ({ kind: 'redirect', to: `${store.address()}/blob` });
    store.fault = ({ count }) => (count % 3 === 1 ? { kind: 'status', status: 403 } : undefined);
    await arrives(scene.params({ token }));
  });
});

describe('a download that is stopped', () => {
  it('goes on where it was', async () => {
    await stopAfterAWhile();
    expect((await readdir(scene.folder)).sort()).toEqual(['download.json', 'model.gguf.ipull']);
    await goesOn();
  });

  it('does not go on with another version', async () => {
    scene.hub.headers = { etag: '"one"' };
    await stopAfterAWhile(scene.params({}, { sha256: undefined }));
    scene.hub.headers = { etag: '"two"' };
    expect(await scene.problem(scene.params({}, { sha256: undefined }))).toEqual({ kind: 'changed', file: 'model.gguf' });
    expect(await readdir(scene.folder)).toContain('model.gguf.ipull');
    await arrives(scene.params({ fresh: true }, { sha256: undefined }));
  });

  it('does not mix versions where the file changes midway', async () => {
    let version = 0;
    scene.hub.fault = () => {
      scene.hub.headers = { etag: `"${++version}"` };
      return undefined;
    };
    expect(await scene.problem(scene.params({}, { sha256: undefined }))).toEqual({ kind: 'changed', file: 'model.gguf' });
    // Tags that differ by server mean nothing where the checksum is known.
    await arrives();
  });

  it('in its check is checked again, and not fetched', async () => {
    await stopAfterAWhile();
    await writeFile(`${scene.path}.unchecked`, Buffer.concat([scene.bytes, Buffer.from('{"chunks":[]}')]));
    scene.hub.asked.length = 0;
    await scene.run();
    expect((await readFile(scene.path)).equals(scene.bytes)).toBe(true);
    expect(scene.hub.asked).toHaveLength(1);
  });

  it('begins anew when what is noted of it cannot be read', async () => {
    await stopAfterAWhile();
    await writeFile(join(scene.folder, 'download.json'), '{');
    await arrives();
  });

  async function stopAfterAWhile(params = scene.params()): Promise<void> {
    const stop = new AbortController();
    scene.hub.fault = firstHalfStalls(20_000);
    const run = scene.run(params, stop.signal, {
      report: ({ bytes }) => {
        if (bytes >= 150_000) stop.abort();
      },
    });
    expect(await run).toEqual({ kind: 'stopped' });
    scene.hub.fault = () => undefined;
  }
});

describe('the disk', () => {
  it('is looked at first', async () => {
    scene.freeBytes = 50e6;
    expect(await scene.problem()).toMatchObject({ kind: 'outOfDisk', freeBytes: 50e6, folder: scene.folder });
    expect(scene.hub.asked).toHaveLength(1);
    expect(await readdir(scene.folder)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('that is full ends it, with nothing noted as received that is not there', async () => {
    await mkdir(scene.folder, { recursive: true });
    // Every write to it fails as on a full disk.
    await symlink('/dev/full', `${scene.path}.ipull`);
    expect(await scene.problem()).toMatchObject({ kind: 'outOfDisk', neededBytes: 0 });
  });

  it('that cannot be written to is named', async () => {
    await mkdir(scene.path + '.ipull', { recursive: true });
    expect(await scene.problem()).toMatchObject({ kind: 'cannotWrite', detail: 'EISDIR' });
  });
});

describe('a folder', () => {
  it('belongs to one process at a time', async () => {
    await mkdir(scene.folder, { recursive: true });
    // A process that is there for as long as this one.
    await writeFile(join(scene.folder, 'owner.json'), JSON.stringify({ pid: process.ppid, host: hostname() }));
    expect(await scene.problem()).toEqual({ kind: 'inUse' });
    expect(scene.hub.asked).toEqual([]);
  });

  it('is taken from a process that is gone', async () => {
    await mkdir(scene.folder, { recursive: true });
    await writeFile(join(scene.folder, 'owner.json'), JSON.stringify({ pid: 2 ** 30, host: hostname() }));
    await arrives();
  });

  it('is not shared by two downloads of this process', async () => {
    scene.hub.fault = ({ count, range }) => (count === 1 && range ? { kind: 'stall', after: 0 } : undefined);
    const stop = new AbortController();
    const first = scene.run(scene.params(), stop.signal);
    await scene.hub.stalls(1);
    expect(await scene.problem()).toEqual({ kind: 'inUse' });
    stop.abort();
    await first;
  });
});

/** The places of what is noted in the partial file as received. */
async function noted(): Promise<readonly number[]> {
  const note = (await readFile(`${scene.path}.ipull`)).subarray(scene.bytes.length).toString();
  const { chunks, chunkSize } = JSON.parse(note) as { chunks: number[]; chunkSize: number };
  return chunks.flatMap((state, index) => (state === 2 ? [index * chunkSize] : []));
}

/** Downloads the rest, and nothing that was there. */
async function goesOn(params = scene.params()): Promise<void> {
  const there = await noted();
  expect(there.length).toBeGreaterThan(3);
  scene.hub.fault = () => undefined;
  scene.hub.asked.length = 0;
  await arrives(params);
  const ranges = scene.hub.asked.flatMap(({ range }) => (range && range.to > 4 ? [range] : []));
  expect(ranges.length).toBeGreaterThan(0);
  expect(there.filter((place) => ranges.some(({ from, to }) => from <= place && place < to))).toEqual([]);
}

import { createServer, type Server } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DownloadScene, modelPath } from '../../../fixtures/servers/downloadServer';
import { FileServer } from '../../../fixtures/servers/fileServer';
import { certificate, key } from '../../../fixtures/servers/loopbackCertificate';

let scene: DownloadScene;
let proxy: Proxy;

/** A proxy that tunnels, with a note of where to and who asked. */
class Proxy {
  readonly tunnels: string[] = [];
  /** What has to stand in `Proxy-Authorization`. */
  wants: string | undefined;

  private constructor(private readonly server: Server) {
    server.on('connect', (request, socket, head) => {
      socket.on('error', () => undefined);
      if (this.wants !== undefined && request.headers['proxy-authorization'] !== this.wants) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
        return;
      }
      this.tunnels.push(request.url ?? '');
      // Whatever the name is, it is this machine.
      const target = connect(Number(new URL(`http://${request.url ?? ''}`).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        target.write(head);
        socket.pipe(target).pipe(socket);
      });
      target.on('error', () => socket.destroy());
    });
  }

  static async start(): Promise<Proxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Proxy(server);
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

beforeEach(async () => {
  scene = await DownloadScene.open();
  proxy = await Proxy.start();
});

afterEach(async () => {
  proxy.close();
  await scene.close();
});

const network = { strictTls: true, systemCertificates: false };

describe('a proxy', () => {
  /** The model’s address by a name that only the proxy knows. */
  const byName = (): { readonly url: string } => ({ url: `${scene.hub.address('hub.invalid')}/owner/name/resolve/main/model.gguf` });

  it('is used for everything', async () => {
    const params = scene.params({ network: { ...network, proxy: proxy.address } }, byName());
    expect(await scene.run(params)).toMatchObject({ kind: 'done' });
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(scene.hub.address('hub.invalid')).host]));
  });

  it('is not used for hosts that are to be reached without', async () => {
    const params = scene.params({ network: { ...network, proxy: proxy.address, noProxy: 'example.org,127.0.0.1' } });
    expect(await scene.run(params)).toMatchObject({ kind: 'done' });
    expect(proxy.tunnels).toEqual([]);
  });

  it('is told who asks', async () => {
    proxy.wants = 'Basic dXNlcjpwYXNz';
    const named = { ...network, proxy: proxy.address.replace('//', '//user:pass@') };
    expect(await scene.run(scene.params({ network: named }, byName()))).toMatchObject({ kind: 'done' });
    const given = { ...network, proxy: proxy.address, proxyAuthorization: 'Basic dXNlcjpwYXNz' };
    expect(await scene.run(scene.params({ network: given, fresh: true }, byName()))).toMatchObject({ kind: 'done' });
  });

  it('that refuses is named as what is wrong', async () => {
    proxy.wants = 'Basic nobody';
    expect(await scene.problem(scene.params({ network: { ...network, proxy: proxy.address } }, byName()))).toEqual({
      kind: 'proxy',
      detail: '407',
    });
  });
});

describe('a certificate', () => {
  let secure: FileServer;

  beforeEach(async () => {
    secure = await FileServer.start({ cert: certificate, key });
    secure.files.set(modelPath, scene.bytes);
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await secure.close();
  });

  const params = (strictTls: boolean): ReturnType<DownloadScene['params']> =>
    scene.params(
      { network: { ...network, strictTls }, hubOrigin: secure.address(), token: 'secret' },
      { url: secure.address() + modelPath },
    );

  it('that nobody trusts ends it at once', async () => {
    expect(await scene.problem(params(true))).toMatchObject({ kind: 'certificate', detail: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(scene.clock.waits).toEqual([]);
  });

  it('counts where NODE_EXTRA_CA_CERTS names it', async () => {
    const path = join(scene.home, 'extra.pem');
    await writeFile(path, certificate);
    vi.stubEnv('NODE_EXTRA_CA_CERTS', path);
    expect(await scene.run(params(true))).toMatchObject({ kind: 'done' });
    expect(secure.asked[0]?.headers.authorization).toBe('Bearer secret');
  });

  it('counts where the settings do not want it to be right', async () => {
    expect(await scene.run(params(false))).toMatchObject({ kind: 'done' });
  });

  it('is not gone around by a redirect to a plain address', async () => {
    secure.fault = () => ({ kind: 'redirect', to: scene.hub.address() + modelPath });
    expect(await scene.problem(params(false))).toMatchObject({ kind: 'webPage' });
    expect(scene.hub.asked).toEqual([]);
  });
});

import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DownloadScene } from '../../../fixtures/downloads';

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

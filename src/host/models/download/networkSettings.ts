import type { NetworkParams } from '../../../contract/rpc/downloadMethods';

/** How VS Code's settings want the network to be reached. @param read gives a setting below `http` by its name */
export function networkOf(read: (name: string) => unknown): NetworkParams {
  const text = (name: string): string | undefined => {
    const value = read(name);
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const hosts = read('noProxy');
  const noProxy = Array.isArray(hosts) ? hosts.filter((host) => typeof host === 'string').join(',') : '';
  return {
    proxy: read('proxySupport') === 'off' ? undefined : text('proxy'),
    proxyAuthorization: text('proxyAuthorization'),
    noProxy: noProxy === '' ? undefined : noProxy,
    strictTls: read('proxyStrictSSL') !== false,
    systemCertificates: read('systemCertificates') !== false,
  };
}

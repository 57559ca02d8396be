import { describe, expect, it } from 'vitest';
import { endpointOf, folderNameOf, originOf, pageOf, wantedFiles } from '../../../../../src/host/models/download/hubAddresses';
import { networkOf } from '../../../../../src/host/models/download/networkSettings';
import type { DownloadSource } from '../../../../../src/host/models/download/downloadTypes';

const source: DownloadSource = {
  id: 'llama-2-7b-chat:Q4_K_M',
  name: 'Llama 2 7B Chat',
  repository: 'owner/Llama-2-7B-Chat-GGUF',
  revision: 'main',
  files: [{ path: 'gguf/llama-2-7b-chat.Q4_K_M.gguf', bytes: 7, sha256: 'ab' }],
};

describe('where models come from', () => {
  it('is the setting, else the environment, else the hub', () => {
    expect(endpointOf(' https://mirror.example/ ', 'https://other.example')).toBe('https://mirror.example');
    expect(endpointOf('', 'https://other.example/hf//')).toBe('https://other.example/hf');
    expect(endpointOf('', undefined)).toBe('https://huggingface.co');
  });

  it('has an origin where it is an address', () => {
    expect(originOf('https://mirror.example/hf')).toBe('https://mirror.example');
    expect(originOf('http://localhost:8080')).toBe('http://localhost:8080');
    expect(originOf('mirror')).toBeUndefined();
    expect(originOf('file:///etc')).toBeUndefined();
  });

  it('is laid out as the hub is', () => {
    expect(wantedFiles('https://huggingface.co', source)).toEqual([
      {
        url: 'https://huggingface.co/owner/Llama-2-7B-Chat-GGUF/resolve/main/gguf/llama-2-7b-chat.Q4_K_M.gguf',
        name: 'llama-2-7b-chat.Q4_K_M.gguf',
        bytes: 7,
        sha256: 'ab',
      },
    ]);
    expect(pageOf('https://huggingface.co', source)).toBe('https://huggingface.co/owner/Llama-2-7B-Chat-GGUF');
  });

  it('has every part of a model that is split', () => {
    const first = { path: 'q4/m-00001-of-00003.gguf', bytes: 5 };
    const files = wantedFiles('https://huggingface.co', { ...source, files: [first] });
    expect(files?.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['m-00001-of-00003.gguf', 5],
      ['m-00002-of-00003.gguf', 0],
      ['m-00003-of-00003.gguf', 0],
    ]);
    const named = wantedFiles('https://huggingface.co', { ...source, files: [first, { path: 'q4/m-00002-of-00003.gguf', bytes: 6 }] });
    expect(named).toHaveLength(2);
  });

  it.each<Partial<DownloadSource>>([
    { repository: 'owner' },
    { repository: '../name' },
    { repository: 'owner/name/more' },
    { files: [{ path: '../../etc/a.gguf', bytes: 0 }] },
    { files: [{ path: 'a\\..\\b.gguf', bytes: 0 }] },
    { files: [{ path: 'run.sh', bytes: 0 }] },
    { files: [] },
  ])('is nowhere else: %o', (wrong) => {
    expect(wantedFiles('https://huggingface.co', { ...source, ...wrong })).toBeUndefined();
  });
});

describe('a download’s folder', () => {
  it('can be read by people, and is another for each id', () => {
    expect(folderNameOf('llama-2-7b-chat:Q4_K_M')).toMatch(/^llama-2-7b-chat-Q4_K_M-[0-9a-f]{8}$/);
    expect(folderNameOf('hf:a/b/c.gguf')).not.toBe(folderNameOf('hf:a-b/c.gguf'));
    expect(folderNameOf('../../etc')).toMatch(/^etc-[0-9a-f]{8}$/);
  });
});

describe('VS Code’s settings for the network', () => {
  const of = (settings: Readonly<Record<string, unknown>>): ReturnType<typeof networkOf> => networkOf((name) => settings[name]);

  it('are handed on', () => {
    expect(
      of({
        proxy: 'http://proxy:3128',
        proxyAuthorization: 'Basic x',
        noProxy: ['a.example', 'b.example'],
        proxyStrictSSL: false,
        systemCertificates: false,
      }),
    ).toEqual({
      proxy: 'http://proxy:3128',
      proxyAuthorization: 'Basic x',
      noProxy: 'a.example,b.example',
      strictTls: false,
      systemCertificates: false,
    });
  });

  it('that say nothing leave it to the environment', () => {
    expect(of({ proxy: '', noProxy: [], proxyAuthorization: null })).toEqual({
      proxy: undefined,
      proxyAuthorization: undefined,
      noProxy: undefined,
      strictTls: true,
      systemCertificates: true,
    });
  });

  it('can turn the proxy off', () => {
    expect(of({ proxy: 'http://proxy:3128', proxySupport: 'off' }).proxy).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import {
  formatChatModel,
  formatCompletionModel,
  listConfiguredPaths,
  parseChatModel,
  parseCompletionModel,
  resolveModels,
} from '../../../../../src/host/models/library/modelRef';
import { readConfig, type Config } from '../../../../../src/host/services/config';

const embedded = '/extension/dist/models/small.gguf';
const config = (chat: string, completion = ''): Config =>
  readConfig((key) => (key === 'model.path' ? chat : key === 'ghostText.modelPath' ? completion : undefined));
const files = { get: (path: string) => (path === '~/b.gguf' ? { path: '/files/b.gguf', name: 'b:7b' } : { path }) };
const resolved = (chat: string, completion = ''): unknown => resolveModels(config(chat, completion), embedded, files);

describe('resolveModels', () => {
  it('returns the embedded model for an empty path, and no other for completions', () => {
    expect(resolved('')).toEqual({ chat: { path: embedded } });
  });

  it('returns the file with the name it has where it is from', () => {
    expect(resolved('~/b.gguf')).toEqual({ chat: { path: '/files/b.gguf', name: 'b:7b' } });
    expect(resolved('', '~/b.gguf')).toEqual({ chat: { path: embedded }, completion: { path: '/files/b.gguf', name: 'b:7b' } });
  });

  it('returns the embedded model for completions beside another one for chat', () => {
    expect(resolved('/models/a.gguf', 'embedded')).toEqual({ chat: { path: '/models/a.gguf' }, completion: { path: embedded } });
  });

  it.each([
    ['/models/a.gguf', '/models/a.gguf'],
    ['/models/a.gguf', '/models/../models/a.gguf'],
    ['', 'embedded'],
    ['', embedded],
  ])('returns one model where chat has %j and completions %j', (chat, completion) => {
    expect(resolved(chat, completion)).not.toHaveProperty('completion');
  });
});

it('lists the paths in the settings without the embedded model', () => {
  expect(listConfiguredPaths(config('', 'embedded'))).toEqual([]);
  expect(listConfiguredPaths(config('/a.gguf', '/b.gguf'))).toEqual(['/a.gguf', '/b.gguf']);
});

it('writes what it reads', () => {
  for (const path of [embedded, '/a.gguf']) {
    const expected = path === embedded ? { kind: 'embedded' } : { kind: 'file', path };
    expect(parseChatModel(formatChatModel(path, embedded))).toEqual(expected);
    expect(parseCompletionModel(formatCompletionModel(path, embedded))).toEqual(expected);
  }
  expect(parseCompletionModel(formatCompletionModel('', embedded))).toBeUndefined();
});

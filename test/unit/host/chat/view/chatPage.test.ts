import { describe, expect, it } from 'vitest';
import { isOpenableLink, parseWebviewMessage } from '../../../../../src/host/chat/view/incomingChatMessages';
import { relativeTime } from '../../../../../src/host/chat/list/relativeTime';

describe('parseWebviewMessage', () => {
  it.each([
    { type: 'ready' },
    { type: 'send', text: 'x' },
    { type: 'openLink', href: 'x' },
    { type: 'action', id: 'retry', turnId: 't' },
    { type: 'action', id: 'showLog' },
  ])('accepts the message %j', (message) => {
    expect(parseWebviewMessage(message)).toEqual(message);
  });

  it.each([
    undefined,
    null,
    'ready',
    [],
    {},
    { type: 'eval', code: '1' },
    { type: 'send' },
    { type: 'send', text: 1 },
    { type: 'copy', text: {} },
  ])('rejects the value %j', (value) => {
    expect(parseWebviewMessage(value)).toBeUndefined();
  });

  it.each(['https://x.test', 'http://x.test/a', 'mailto:a@x.test', ' HTTPS://x.test'])('accepts the link %j', (href) => {
    expect(isOpenableLink(href)).toBe(true);
  });

  it.each([
    'command:x',
    'file:///etc/passwd',
    'vscode://x',
    'javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    '//x.test',
    '',
    '/a',
  ])('rejects the link %j', (href) => {
    expect(isOpenableLink(href)).toBe(false);
  });
});

describe('relative time', () => {
  const hour = 3_600_000;
  it.each([
    [0, 'now'],
    [-hour / 12, '5 minutes ago'],
    [-1.9 * hour, '1 hour ago'],
    [-25 * hour, 'yesterday'],
    [-24 * 8 * hour, 'last week'],
    [hour, 'now'],
  ])('formats %d ms from now as %s', (offset, text) => {
    expect(relativeTime(1e12 + offset, 1e12, 'en')).toBe(text);
  });
});

import type { LogOutputChannel } from 'vscode';

/** A {@link LogOutputChannel} under one topic; every line begins with it. */
export interface Log {
  readonly error: (message: string) => void;
  readonly warn: (message: string) => void;
  readonly info: (message: string) => void;
  readonly debug: (message: string) => void;
  readonly trace: (message: string) => void;
}

/** A view of `channel` whose lines begin with `[topic]`. */
export function topicLog(channel: LogOutputChannel, topic: string): Log {
  const line = (message: string): string => `[${topic}] ${message}`;
  return {
    error: (message) => {
      channel.error(line(message));
    },
    warn: (message) => {
      channel.warn(line(message));
    },
    info: (message) => {
      channel.info(line(message));
    },
    debug: (message) => {
      channel.debug(line(message));
    },
    trace: (message) => {
      channel.trace(line(message));
    },
  };
}

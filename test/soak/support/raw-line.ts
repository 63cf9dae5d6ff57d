/** One keep-alive connection that sends ready-made requests one at a time and reads only the status of each answer. It reconnects when it was closed. */
import { connect, type Socket } from 'node:net';

export interface RawLine {
  /** The status of the answer; 0 when the connection broke or no answer came in time. */
  send(request: Buffer): Promise<number>;
  close(): void;
}

const patienceMs = 20_000;

export function createRawLine(port: number): RawLine {
  let socket: Socket | null = null;
  let received = '';
  let settle: ((status: number) => void) | null = null;

  const finish = (status: number): void => {
    const done = settle;
    settle = null;
    received = '';
    done?.(status);
  };

  function open(): Socket {
    const made = connect(port, '127.0.0.1');
    made.setNoDelay(true);
    made.setEncoding('latin1');
    made.setTimeout(patienceMs, () => made.destroy());
    made.on('data', (text: string) => {
      received += text;
      const status = wholeAnswer(received);
      if (status === null) return;
      const isLast = /\r\nconnection: *close/i.test(received.slice(0, received.indexOf('\r\n\r\n')));
      if (isLast) drop(made);
      finish(status);
    });
    made.on('error', () => undefined);
    made.on('close', () => {
      if (socket !== made) return;
      socket = null;
      // The answer ends with the connection, and its status line has come.
      finish(received.startsWith('HTTP/1.1 ') ? Number(received.slice(9, 12)) : 0);
    });
    return made;
  }

  function drop(made: Socket): void {
    if (socket === made) socket = null;
    made.destroy();
  }

  return {
    send(request) {
      return new Promise((resolve) => {
        settle = resolve;
        socket ??= open();
        socket.write(request);
      });
    },
    close() {
      if (socket !== null) drop(socket);
    },
  };
}

/** The status of a complete answer; null while a part of it is missing. */
function wholeAnswer(text: string): number | null {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return null;
  const head = text.slice(0, headEnd);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const isChunked = /\r\ntransfer-encoding: *chunked/i.test(head);
  const isWhole = isChunked ? text.endsWith('0\r\n\r\n') : text.length >= headEnd + 4 + Number(length ?? 0);
  return isWhole ? Number(head.slice(9, 12)) : null;
}
